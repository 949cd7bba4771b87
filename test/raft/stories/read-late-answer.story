# An answer that outlived a restart confirms no read of the new run (R12, etcd #20418)

> peers a b c
> elect a
  a leads term 2
> run 20
> read b 1
  b → a  read #1? [term 2]
> deliver b>a
  a → b  heartbeat round 2, commit 2 [term 2]
  a → c  heartbeat round 2, commit 2 [term 2]
> deliver a>c
  c → a  heard round 2 [term 2]
> deliver c>a
  a → b  read #1: as of 2 [term 2]

The answer is still under way when b crashes. The first read after the restart has another number, so that answer,
which tells of a time before the read, is nobody's.

> crash b
> restart b
  b follows nobody in term 2
> tick 80 a
  a → b  heartbeat round 3, commit 2 [term 2]
  a → c  heartbeat round 3, commit 2 [term 2]
> deliver a>b heartbeats
  b follows a in term 2
  b commits up to 2
  b → a  heard round 2 [term 2]
  b → a  heard round 3 [term 2]
  b applies 1/1 genesis, 2/2 no-op
> read b 1
  b → a  read #2? [term 2]
> deliver a>b reads
> settle
  b confirms read 1 as of 2
