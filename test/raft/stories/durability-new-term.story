# The term of a new leader is on disk before its entries, and before its heartbeat is answered (R4)

> peers a b c
> elect a
  a leads term 2
> cut c
> crash a
> restart a
  a follows nobody in term 2
> elect b
  b leads term 3
> heal
> tick 100 b
  b → a  heartbeat round 2, commit 3 [term 3]
  b → c  heartbeat round 2, commit 0 [term 3]
> deliver b>c
  c follows b in term 3
  c begins write 3: term 3, vote for nobody

c has not answered: it would claim a term that a crash could take back.

> persist c
  c has write 3 on disk
  c → b  heard round 2 [term 3]
> stabilize b c
  b → c  append nothing after 2/2, commit 3 [term 3]
  c → b  accepted up to 2 [term 3]
  b → c  append 3/3 no-op after 2/2, commit 3 [term 3]
  c commits up to 3
  c begins write 4: 3/3 no-op
  c has write 4 on disk
  c → b  accepted up to 3 [term 3]
  c applies 3/3 no-op
