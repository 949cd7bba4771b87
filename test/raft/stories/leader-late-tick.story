# A leader that slept may not control before it has proved itself anew (raft.md, time; K3)

> peers a b c
> elect a
  a leads term 2
> run 100
> state a
  a leads term 2; last 2, durable 2, commit 2, applied 2; b has 2, c has 2

Another may lead by now: nothing that was proven before the sleep counts.

> stall 1500 a
  a may control no more
  a → b  heartbeat round 3, commit 2 [term 2]
  a → c  heartbeat round 3, commit 2 [term 2]
> settle
  a may control

The round that went out after the sleep was answered: a may control again. Had somebody else been elected, the answer
would have been a higher term.

> state a
  a leads term 2; last 2, durable 2, commit 2, applied 2; b has 2, c has 2
