# A peer of low priority campaigns later than all others, and leads when nobody else can (raft.md, elections; E5)

b and c find out at once that a is dead. c may wait up to 50 ms, b at least 150.

> peer a among=a,b,c
> peer b among=a,b,c priority=low
> peer c among=a,b,c
> elect a
  a leads term 2
> run 100
> crash a
> lost b a
  b follows nobody in term 2
> lost c a
  c follows nobody in term 2
> run 200
  c is pre-candidate in term 2
  c is candidate in term 3
  b follows nobody in term 3
  c leads term 3
  b follows c in term 3
  c may control
> state
  b follows c in term 3; last 3, durable 3, commit 3, applied 3
  c leads term 3; last 3, durable 3, commit 3, applied 3; a has 0, b has 3

a comes back without what was written meanwhile. When c dies, too, only b can lead.

> restart a
  a follows nobody in term 2
> cut a
> propose c x
  c → b  append 4/3 x after 3/3, commit 3 [term 3]
  c begins write 5: 4/3 x
  c takes x as 4/3
> settle
> run 100
> crash c
> heal
> run 3000
  a is pre-candidate in term 2
  a follows nobody in term 3
  a is pre-candidate in term 3
  b is pre-candidate in term 3
  b is candidate in term 4
  a follows nobody in term 4
  b leads term 4
  a follows b in term 4
  b may control
> state
  a follows b in term 4; last 5, durable 5, commit 5, applied 5
  b leads term 4; last 5, durable 5, commit 5, applied 5; a has 5, c has 0
