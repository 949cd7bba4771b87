# Answers that were overtaken move no follower backwards (§5.3, P1)

> peer a among=a,b,c log=2,2,2,2 term=2
> peer b among=a,b,c log=2 term=2
> peer c among=a,b,c log=2,2,2,2 term=2
> cut a b
> elect a
  a leads term 3
> heal
> tick 100 a
  a → b  heartbeat round 2, commit 0 [term 3]
  a → c  heartbeat round 2, commit 6 [term 3]
> deliver a>b
  b follows a in term 3
  b begins write 1: term 3, vote for nobody
> persist b
  b has write 1 on disk
  b → a  heard round 2 [term 3]
> deliver b>a
  a → b  append nothing after 5/2, commit 6 [term 3]
> deliver a>b
  b → a  rejected after 5, try 2/2 [term 3]
> state a
  a leads term 3; last 6, durable 6, commit 6, applied 6; b has 0, c has 6

b's answer to the probe arrives twice. The second is about a place that is no longer asked about.

> deliver b>a twice
  a → b  append 3/2, 4/2, 5/2, 6/3 no-op after 2/2, commit 6 [term 3]
> stabilize a b
  b commits up to 6
  b begins write 2: 3/2, 4/2, 5/2, 6/3 no-op
  b applies 1/1 genesis, 2/2
  b has write 2 on disk
  b → a  accepted up to 6 [term 3]
  b applies 3/2, 4/2, 5/2, 6/3 no-op
> state a
  a leads term 3; last 6, durable 6, commit 6, applied 6; b has 6, c has 6
