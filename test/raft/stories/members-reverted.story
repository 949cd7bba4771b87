# A configuration that is truncated is not in effect any more (§4.1)

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
> members a
  a since 3: [voters a b ⇐ a b c]

b and c know nothing of that. They elect b, and a's entry makes room.

> elect b
  b leads term 3
> heal
> run 200
  a follows nobody in term 3
  a follows b in term 3
> members
  a since 1: [voters a b c]
  b since 1: [voters a b c]
  c since 1: [voters a b c]
> state b
  b leads term 3; last 3, durable 3, commit 3, applied 3; a has 3, c has 3
