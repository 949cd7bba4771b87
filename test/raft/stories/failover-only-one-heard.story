# A peer that still trusts the leader goes on sticking to it, whatever others say of it (raft.md, fast failover)

b lost its connections to a and takes a for dead. c has seen nothing of that kind.

> peers a b c
> elect a
  a leads term 2
> run 100
> cut a b
> lost b a
  b follows nobody in term 2
> tick 60 b
  b is pre-candidate in term 2
  b → a  pre-vote for term 3? a of term 2 is dead, my log ends at 2/2  (lost)
  b → c  pre-vote for term 3? a of term 2 is dead, my log ends at 2/2
> deliver b>c

c is silent: a leads on, and b follows it again when it hears it.

> heal
> run 200
  b follows a in term 2
> state
  a leads term 2; last 2, durable 2, commit 2, applied 2; b has 2, c has 2
  b follows a in term 2; last 2, durable 2, commit 2, applied 2
  c follows a in term 2; last 2, durable 2, commit 2, applied 2
