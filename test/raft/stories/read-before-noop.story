# A new leader serves no read before its no-op is committed (§6.4, R12)

It may not know yet what its predecessor acknowledged.

> peers a b c
> elect a bare
  a leads term 2
> read a 1
> deliver a>b heartbeats
  b follows a in term 2
  b → a  heard round 1 [term 2]
> deliver b>a
> deliver a>b
  b begins write 2: 2/2 no-op
> persist b
  b has write 2 on disk
  b → a  accepted up to 2 [term 2]
> deliver b>a
  a commits up to 2
  a → b  heartbeat round 2, commit 2 [term 2]
  a → c  heartbeat round 2, commit 0 [term 2]
  a applies 1/1 genesis, 2/2 no-op
  a may control
> deliver a>b
  b commits up to 2
  b → a  heard round 2 [term 2]
  b applies 1/1 genesis, 2/2 no-op
> deliver b>a
  a confirms read 1 as of 2
