# A leader whose process is dead is replaced at once (raft.md, fast failover)

The kernel closes a dead process's connections, and a redial finds nobody: both followers know. b's short wait is over
first. Its pre-vote says why it asks, and c, in the same position, does not stick to a.

> peers a b c
> elect a
  a leads term 2
> run 100
> crash a
> lost b a
  b follows nobody in term 2
> lost c a
  c follows nobody in term 2
> tick 60 b
  b is pre-candidate in term 2
  b → a  pre-vote for term 3? a of term 2 is dead, my log ends at 2/2
  b → c  pre-vote for term 3? a of term 2 is dead, my log ends at 2/2
> deliver b>c
  c → b  pre-vote for term 3: yes
> deliver c>b
  b is candidate in term 3
  b begins write 3: term 3, vote b
> persist b
  b has write 3 on disk
  b → a  vote for term 3? a of term 2 is dead, my log ends at 2/2
  b → c  vote for term 3? a of term 2 is dead, my log ends at 2/2
> deliver b>c
  c follows nobody in term 3
  c begins write 3: term 3, vote b
> persist c
  c has write 3 on disk
  c → b  vote for term 3: yes
> deliver c>b
  b leads term 3
  b → a  heartbeat round 1, commit 0 [term 3]
  b → c  heartbeat round 1, commit 0 [term 3]
  b → a  append 3/3 no-op after 2/2, commit 2 [term 3]
  b → c  append 3/3 no-op after 2/2, commit 2 [term 3]
  b begins write 4: 3/3 no-op
> settle
  c follows b in term 3
  b may control
> state
  b leads term 3; last 3, durable 3, commit 3, applied 3; a has 0, c has 3
  c follows b in term 3; last 3, durable 3, commit 3, applied 3
