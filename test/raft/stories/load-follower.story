# Entries that left the leader's memory are read from disk for a follower that needs them (§5.3; B1)

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
> stabilize a b
  b follows a in term 3
  b begins write 1: term 3, vote for nobody
  b has write 1 on disk
  b → a  heard round 2 [term 3]
  a → b  append nothing after 6/2, commit 7 [term 3]
  b → a  rejected after 6, try 2/2 [term 3]
  a loads entries 3 to 5 for b
  a → b  append 3/2, 4/2 after 2/2, commit 7 [term 3]
  b commits up to 4
  b begins write 2: 3/2, 4/2
  b applies 1/1 genesis, 2/2
  b has write 2 on disk
  b → a  accepted up to 4 [term 3]
  b applies 3/2, 4/2
  a loads entries 5 to 5 for b
  a → b  append 5/2 after 4/2, commit 7 [term 3]
  a → b  append 6/2, 7/3 no-op after 5/2, commit 7 [term 3]
  b commits up to 5
  b commits up to 7
  b begins write 3: 5/2, 6/2, 7/3 no-op
  b has write 3 on disk
  b → a  accepted up to 7 [term 3]
  b applies 5/2, 6/2, 7/3 no-op
> disk b
  b term 3, vote for nobody; 1/1 genesis, 2/2, 3/2, 4/2, 5/2, 6/2, 7/3 no-op
