# A leader is elected by pre-vote and vote (§3.4, §9.6; R1–R3, R6)

Three peers with nothing but genesis. b and c have waited out the shortest election time-out, so they stick to no leader.

> peers a b c
> tick 500 b c
> campaign a
  a is pre-candidate in term 1
  a → b  pre-vote for term 2? my log ends at 1/1
  a → c  pre-vote for term 2? my log ends at 1/1

A pre-vote asks without raising anyone's term; answering it promises nothing, so nothing is written for it.

> deliver >b
  b → a  pre-vote for term 2: yes

One yes and its own make a quorum. a raises its term and votes for itself, in one record, and asks nobody before that is
on its disk (R2, R3).

> deliver b>a
  a is candidate in term 2
  a begins write 1: term 2, vote a
> drop a>c
> persist a
  a has write 1 on disk
  a → b  vote for term 2? my log ends at 1/1
  a → c  vote for term 2? my log ends at 1/1

b's vote leaves only when it is durable (R1).

> deliver a>b
  b follows nobody in term 2
  b begins write 1: term 2, vote a
> persist b
  b has write 1 on disk
  b → a  vote for term 2: yes

The leader's no-op goes out at once, before a's own disk has it; it is committed when a quorum has it (R6).

> deliver b>a
  a leads term 2
  a → b  heartbeat round 1, commit 0 [term 2]
  a → c  heartbeat round 1, commit 0 [term 2]
  a → b  append 2/2 no-op after 1/1, commit 0 [term 2]
  a → c  append 2/2 no-op after 1/1, commit 0 [term 2]
  a begins write 2: 2/2 no-op
> deliver a>b
  b follows a in term 2
  b → a  heard round 1 [term 2]
  b begins write 2: 2/2 no-op
> persist b
  b has write 2 on disk
  b → a  accepted up to 2 [term 2]
> deliver b>a
> settle
  a may control
  c follows nobody in term 2
  c follows a in term 2
> state
  a leads term 2; last 2, durable 2, commit 2, applied 2; b has 2, c has 2
  b follows a in term 2; last 2, durable 2, commit 2, applied 2
  c follows a in term 2; last 2, durable 2, commit 2, applied 2
