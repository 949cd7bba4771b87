# After a restart the configuration is the newest of the log, committed or not (§4.1)

> peers a b c
> elect a
  a leads term 2
> run 100
> cut a
> change a remove c
  a → b  append 3/2 [voters a b ⇐ a b c] after 2/2, commit 2 [term 2]  (lost)
  a → c  append 3/2 [voters a b ⇐ a b c] after 2/2, commit 2 [term 2]  (lost)
  a begins write 3: 3/2 [voters a b ⇐ a b c]
  a takes the change as 3/2
> persist a
  a has write 3 on disk
> crash a
> restart a
  a follows nobody in term 2
> members a
  a since 3: [voters a b ⇐ a b c]
> heal
> elect b
  b leads term 3
> run 100
> members a
  a since 1: [voters a b c]
