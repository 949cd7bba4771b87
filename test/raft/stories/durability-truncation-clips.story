# An old write never covers entries that were rewritten while it was in flight (R4, D2)

> peers a b c d e
> elect a
  a leads term 2
> cut a c d e
> propose a old-3 old-4
  a → b  append 3/2 old-3, 4/2 old-4 after 2/2, commit 2 [term 2]
  a → c  append 3/2 old-3, 4/2 old-4 after 2/2, commit 2 [term 2]  (lost)
  a → d  append 3/2 old-3, 4/2 old-4 after 2/2, commit 2 [term 2]  (lost)
  a → e  append 3/2 old-3, 4/2 old-4 after 2/2, commit 2 [term 2]  (lost)
  a begins write 3: 3/2 old-3, 4/2 old-4
  a takes old-3 as 3/2
  a takes old-4 as 4/2
> deliver a>b
  b begins write 3: 3/2 old-3, 4/2 old-4
> cut a

b is still writing a's entries when c, elected by d and e, sends its own for the same place.

> tick 520 c d e
> campaign c
  c is pre-candidate in term 2
  c → a  pre-vote for term 3? my log ends at 2/2  (lost)
  c → b  pre-vote for term 3? my log ends at 2/2
  c → d  pre-vote for term 3? my log ends at 2/2
  c → e  pre-vote for term 3? my log ends at 2/2
> settle c d e
  c is candidate in term 3
  d follows nobody in term 3
  e follows nobody in term 3
  c leads term 3
  d follows c in term 3
  e follows c in term 3
  c may control
> drop c>b votes
> deliver c>b
  b follows c in term 3
> state b
  b follows c in term 3; last 3, durable 2, commit 2, applied 2

The old write ends. It counts up to entry 2 and no further; c is answered when the new one has ended.

> persist b
  b has write 3 on disk
  b begins write 4: term 3, vote for nobody; cut from 3; 3/3 no-op
> state b
  b follows c in term 3; last 3, durable 2, commit 2, applied 2
> persist b
  b has write 4 on disk
  b → c  heard round 1 [term 3]
  b → c  accepted up to 3 [term 3]
> state b
  b follows c in term 3; last 3, durable 3, commit 2, applied 2
> disk b
  b term 3, vote for nobody; 1/1 genesis, 2/2 no-op, 3/3 no-op
