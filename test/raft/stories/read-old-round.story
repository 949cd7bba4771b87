# The answer to an earlier heartbeat proves nothing for a later read (§6.4, R12)

> peers a b c
> elect a
  a leads term 2
> run 20
> tick 80 a
  a → b  heartbeat round 2, commit 2 [term 2]
  a → c  heartbeat round 2, commit 2 [term 2]
> deliver a>b
  b → a  heard round 2 [term 2]
> deliver a>c
  c → a  heard round 2 [term 2]

Both answers are under way when the read is asked: they tell of a time before it.

> read a 1
  a → b  heartbeat round 3, commit 2 [term 2]
  a → c  heartbeat round 3, commit 2 [term 2]
> deliver heartbeats b>a
> deliver heartbeats c>a
> deliver a>b
  b → a  heard round 3 [term 2]
> deliver b>a
  a confirms read 1 as of 2
