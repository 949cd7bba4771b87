# A read is served when a quorum has answered a heartbeat sent after it was asked (§6.4, R12)

> peers a b c
> elect a
  a leads term 2
> run 20
> read a 1
  a → b  heartbeat round 2, commit 2 [term 2]
  a → c  heartbeat round 2, commit 2 [term 2]
> deliver a>b
  b → a  heard round 2 [term 2]
> deliver b>a
  a confirms read 1 as of 2
