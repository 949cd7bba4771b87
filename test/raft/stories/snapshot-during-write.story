# A snapshot arrives while a write is in flight: that write proves nothing any more (R4, R10; L3, L7 of raft/log.ts)

> peers a b c
> elect c
  c leads term 2
> run 100

c leads, and its disk is slow. Nobody hears of what it appends. a and b elect a.

> cut c
> propose c x y
  c → a  append 3/2 x, 4/2 y after 2/2, commit 2 [term 2]  (lost)
  c → b  append 3/2 x, 4/2 y after 2/2, commit 2 [term 2]  (lost)
  c begins write 3: 3/2 x, 4/2 y
  c takes x as 3/2
  c takes y as 4/2
> wait 520 b
> campaign a
  a is pre-candidate in term 2
  a → b  pre-vote for term 3? my log ends at 2/2
  a → c  pre-vote for term 3? my log ends at 2/2  (lost)
> settle a b
  a is candidate in term 3
  b follows nobody in term 3
  a leads term 3
  b follows a in term 3
  a may control
> propose a u v w
  a → b  append 4/3 u, 5/3 v, 6/3 w after 3/3, commit 3 [term 3]
  a begins write 5: 4/3 u, 5/3 v, 6/3 w
  a takes u as 4/3
  a takes v as 5/3
  a takes w as 6/3
> settle a b
> compact a 5

c hears of a, and of the state up to 6. Its first write is still under way: what comes behind it is one more.

> heal
> hold a c
> tick 100 a
  a → b  heartbeat round 2, commit 6 [term 3]
  a → c  heartbeat round 2, commit 0 [term 3]
  a asks for a snapshot of at least 5 for c
> deliver a>c
  c follows a in term 3
  c may control no more
> send a c
  c has received the state up to 6/3
  c commits up to 6
> state c
  c follows a in term 3; base 6, last 6, durable 2, commit 6, applied 2

The first write ends, and proves only what both logs have. Then the log begins anew; c acknowledges, and follows on.

> persist c
  c has write 3 on disk
  c begins write 4: term 3, vote for nobody; begin behind 6/3 [voters a b c]
> disk c
  c term 2, vote c; 1/1 genesis, 2/2 no-op, 3/2 x, 4/2 y
> state c
  c follows a in term 3; base 6, last 6, durable 2, commit 6, applied 2
> propose a z
  a → b  append 7/3 z after 6/3, commit 6 [term 3]
  a begins write 6: 7/3 z
  a takes z as 7/3
> persist c
  c has write 4 on disk
  c → a  heard round 2 [term 3]
  c → a  accepted up to 6 [term 3]
> state c
  c follows a in term 3; base 6, last 6, durable 6, commit 6, applied 6
> disk c
  c term 3, vote for nobody; behind 6/3: nothing
> settle
> state c
  c follows a in term 3; base 6, last 7, durable 7, commit 7, applied 7
