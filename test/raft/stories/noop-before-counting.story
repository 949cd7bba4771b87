# A new leader counts nothing before its no-op is on a quorum (§5.4.2, R6)

> peer a among=a,b,c log=2,2 term=2
> peer b among=a,b,c log=2,2 term=2
> peer c among=a,b,c log=2,2 term=2
> cut a c
> elect a bare
  a leads term 3
> network
  a → b  heartbeat round 1, commit 0 [term 3]
  a → b  append 4/3 no-op after 3/2, commit 0 [term 3]

a cannot know whether 3/2 was ever acknowledged. A read must wait for the no-op, and so must controllers.

> read a 1
> deliver >b
  b follows a in term 3
  b → a  heard round 1 [term 3]
  b begins write 2: 4/3 no-op
> deliver b>a
> persist
  b has write 2 on disk
  b → a  accepted up to 4 [term 3]
> deliver b>a
  a commits up to 4
  a → b  heartbeat round 2, commit 4 [term 3]
  a → c  heartbeat round 2, commit 0 [term 3]  (lost)
  a applies 1/1 genesis, 2/2, 3/2, 4/3 no-op
  a may control
> deliver a>b heartbeats
  b commits up to 4
  b → a  heard round 2 [term 3]
  b applies 1/1 genesis, 2/2, 3/2, 4/3 no-op
> deliver b>a
  a confirms read 1 as of 4
