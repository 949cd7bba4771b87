# A peer that slept reads what arrived meanwhile before it campaigns (raft.md, time; E2)

> peers a b c
> elect a
  a leads term 2
> run 200

b's process stood still for three seconds. a's heartbeats wait in its sockets; the tick comes first.

> stall 3000 b
> tick 100 a
  a → b  heartbeat round 4, commit 2 [term 2]
  a → c  heartbeat round 4, commit 2 [term 2]
> deliver a>b
  b → a  heard round 4 [term 2]
> tick 400 b
> state b
  b follows a in term 2; last 2, durable 2, commit 2, applied 2

Had nothing been queued, b would have campaigned a heartbeat later.

> stall 3000 b
> tick 100 b
  b is pre-candidate in term 2
  b → a  pre-vote for term 3? my log ends at 2/2
  b → c  pre-vote for term 3? my log ends at 2/2
