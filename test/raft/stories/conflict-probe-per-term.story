# A follower's log is repaired with one probe for each term in which it differs (§5.3)

b was fed by two leaders whose entries were never committed. One look at b's answer skips a whole term.

> peer a among=a,b,c log=2,2,5,5 term=5
> peer b among=a,b,c log=2,2,3,3,3,3,4,4,4 term=5
> peer c among=a,b,c log=2,2,5,5 term=5
> cut b
> elect a
  a leads term 6
> heal
> tick 100 a
  a → b  heartbeat round 2, commit 0 [term 6]
  a → c  heartbeat round 2, commit 6 [term 6]
> stabilize a b
  b follows a in term 6
  b begins write 1: term 6, vote for nobody
  b has write 1 on disk
  b → a  heard round 2 [term 6]
  a → b  append nothing after 5/5, commit 6 [term 6]
  b → a  rejected after 5, try 5/3 [term 6]
  a → b  append 4/5, 5/5, 6/6 no-op after 3/2, commit 6 [term 6]
  b commits up to 6
  b begins write 2: cut from 4; 4/5, 5/5, 6/6 no-op
  b applies 1/1 genesis, 2/2, 3/2
  b has write 2 on disk
  b → a  accepted up to 6 [term 6]
  b applies 4/5, 5/5, 6/6 no-op
> disk
  a term 6, vote a; 1/1 genesis, 2/2, 3/2, 4/5, 5/5, 6/6 no-op
  b term 6, vote for nobody; 1/1 genesis, 2/2, 3/2, 4/5, 5/5, 6/6 no-op
  c term 6, vote a; 1/1 genesis, 2/2, 3/2, 4/5, 5/5, 6/6 no-op
