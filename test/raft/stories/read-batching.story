# Reads that come while a round is under way wait for the next, together (§6.4)

> peers a b c
> elect a
  a leads term 2
> run 20
> read a 1
  a → b  heartbeat round 2, commit 2 [term 2]
  a → c  heartbeat round 2, commit 2 [term 2]
> read a 2 3
> read a 4
> deliver a>b
  b → a  heard round 2 [term 2]
> deliver b>a
  a → b  heartbeat round 3, commit 2 [term 2]
  a → c  heartbeat round 3, commit 2 [term 2]
  a confirms read 1 as of 2
> deliver a>b last
  b → a  heard round 3 [term 2]
> deliver b>a
  a confirms read 2 as of 2
  a confirms read 3 as of 2
  a confirms read 4 as of 2
