# What was read from disk for a follower is forgotten when the leader was deposed meanwhile (§5.3; B1)

> peer a among=a,b,c log=2,2,2,2,2 tail=1
> peer b among=a,b,c log=2 term=2
> peer c among=a,b,c log=2,2,2,2,2
> cut b
> elect a
  a leads term 3
> heal
> tick 100 a
  a → b  heartbeat round 2, commit 0 [term 3]
  a → c  heartbeat round 2, commit 7 [term 3]
> deliver a>b
  b follows a in term 3
  b begins write 1: term 3, vote for nobody
> persist b
  b has write 1 on disk
  b → a  heard round 2 [term 3]
> deliver b>a
  a → b  append nothing after 6/2, commit 7 [term 3]
> deliver a>b
  b → a  rejected after 6, try 2/2 [term 3]
> deliver b>a
  a loads entries 3 to 5 for b

The entries for b are on their way from the disk when c is elected in a's place.

> cut a
> tick 520 b
> campaign c
  c is pre-candidate in term 3
  c → a  pre-vote for term 4? my log ends at 7/3  (lost)
  c → b  pre-vote for term 4? my log ends at 7/3
> settle b c
  c is candidate in term 4
  b follows nobody in term 4
  c leads term 4
  b follows c in term 4
  c may control
> heal
> tick 100 c
  c → a  heartbeat round 2, commit 0 [term 4]
  c → b  heartbeat round 2, commit 8 [term 4]
> deliver c>a
  a follows c in term 4
  a may control no more
  a begins write 3: term 4, vote for nobody
> load a
> settle
> state
  a follows c in term 4; last 8, durable 8, commit 8, applied 8
  b follows c in term 4; last 8, durable 8, commit 8, applied 8
  c leads term 4; last 8, durable 8, commit 8, applied 8; a has 8, b has 8
