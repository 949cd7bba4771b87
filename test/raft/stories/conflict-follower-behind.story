# A follower that is merely behind gets all that it lacks after one probe (§5.3)

> peer a among=a,b,c log=2,2,2,3,3 term=3
> peer b among=a,b,c log=2,2 term=2
> peer c among=a,b,c log=2,2,2,3,3 term=3
> cut b
> elect a
  a leads term 4
> heal
> run 20
> tick 100 a
  a → b  heartbeat round 2, commit 0 [term 4]
  a → c  heartbeat round 2, commit 7 [term 4]
> stabilize a b
  b follows a in term 4
  b begins write 1: term 4, vote for nobody
  b has write 1 on disk
  b → a  heard round 2 [term 4]
  a → b  append nothing after 6/3, commit 7 [term 4]
  b → a  rejected after 6, try 3/2 [term 4]
  a → b  append 4/2, 5/3, 6/3, 7/4 no-op after 3/2, commit 7 [term 4]
  b commits up to 7
  b begins write 2: 4/2, 5/3, 6/3, 7/4 no-op
  b applies 1/1 genesis, 2/2, 3/2
  b has write 2 on disk
  b → a  accepted up to 7 [term 4]
  b applies 4/2, 5/3, 6/3, 7/4 no-op
> disk b
  b term 4, vote for nobody; 1/1 genesis, 2/2, 3/2, 4/2, 5/3, 6/3, 7/4 no-op
