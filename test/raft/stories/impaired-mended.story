# A peer whose disk lost entries neither votes nor counts until it holds a no-op that was committed without it (raft.md, the simple rule for corruption)

c acknowledged x and y, and lost both, with whatever it voted.

> peers a b c
> elect a
  a leads term 2
> run 20
> propose a x y
  a → b  append 3/2 x, 4/2 y after 2/2, commit 2 [term 2]
  a → c  append 3/2 x, 4/2 y after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x, 4/2 y
  a takes x as 3/2
  a takes y as 4/2
> settle
> run 100
> crash c
> damage c 2
> disk c
  c term 2, vote for nobody; 1/1 genesis, 2/2 no-op; impaired
> restart c
  c follows nobody in term 2
> state c
  c follows nobody in term 2; last 2, durable 2, commit 0, applied 0; impaired

a still believes that c has 4. The first heartbeat that c answers says more: c counts no more, and a looks anew for what it has.

> tick 100 a
  a → b  heartbeat round 3, commit 4 [term 2]
  a → c  heartbeat round 3, commit 4 [term 2]
> deliver a>c heartbeats
  c follows a in term 2
  c → a  heard round 3, but I am impaired [term 2]
> deliver c>a
  a → c  append nothing after 4/2, commit 4 [term 2]
> state a
  a leads term 2; last 4, durable 4, commit 4, applied 4; b has 4, c has 0

Two can still commit. At the next heartbeat a appends a no-op for c, behind all that c may have acknowledged.

> propose a z
  a → b  append 5/2 z after 4/2, commit 4 [term 2]
  a begins write 4: 5/2 z
  a takes z as 5/2
> settle
> tick 100 a
  a → b  heartbeat round 4, commit 5 [term 2]
  a → c  heartbeat round 4, commit 5 [term 2]
  a → b  append 6/2 no-op after 5/2, commit 5 [term 2]
  a → c  append 6/2 no-op after 5/2, commit 5 [term 2]
  a begins write 5: 6/2 no-op
> settle
> state
  a leads term 2; last 6, durable 6, commit 6, applied 6; b has 6, c has 6
  b follows a in term 2; last 6, durable 6, commit 6, applied 6
  c follows a in term 2; last 6, durable 6, commit 5, applied 5; impaired

c has the no-op, and that was committed by a and b. So whatever c forgot does no harm any more, and a says so.

> tick 100 a
  a → c  count again if you hold 6 [term 2]
  a → b  heartbeat round 5, commit 6 [term 2]
  a → c  heartbeat round 5, commit 6 [term 2]
> deliver a>c mendings
  c begins write 3: mended
> persist c
  c has write 3 on disk
> disk c
  c term 2, vote for nobody; 1/1 genesis, 2/2 no-op, 3/2 x, 4/2 y, 5/2 z, 6/2 no-op

From the next heartbeat that it answers on, c counts again.

> settle
> crash b
> propose a u
  a → b  append 7/2 u after 6/2, commit 6 [term 2]
  a → c  append 7/2 u after 6/2, commit 6 [term 2]
  a begins write 6: 7/2 u
  a takes u as 7/2
> settle
> tick 100 a
  a → b  heartbeat round 6, commit 6 [term 2]
  a → c  heartbeat round 6, commit 7 [term 2]
> settle
> state a c
  a leads term 2; last 7, durable 7, commit 7, applied 7; b has 6, c has 7
  c follows a in term 2; last 7, durable 7, commit 7, applied 7
