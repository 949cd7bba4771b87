# Any current leader that is heard calls a fast failover off (raft.md, fast failover)

> peers a b c
> elect a
  a leads term 2
> run 100
> lost b a
  b follows nobody in term 2
> tick 100 a
  a → b  heartbeat round 3, commit 2 [term 2]
  a → c  heartbeat round 3, commit 2 [term 2]
> deliver a>b
  b follows a in term 2
  b → a  heard round 3 [term 2]
> tick 100 b
> state b
  b follows a in term 2; last 2, durable 2, commit 2, applied 2
