# The leader changes while it sends a snapshot: one to each is under way, and what it holds is committed whoever leads (§5.1; Z1, Z2)

> peers a b c
> elect a
  a leads term 2
> run 100
> cut c
> propose a x y
  a → b  append 3/2 x, 4/2 y after 2/2, commit 2 [term 2]
  a → c  append 3/2 x, 4/2 y after 2/2, commit 2 [term 2]  (lost)
  a begins write 3: 3/2 x, 4/2 y
  a takes x as 3/2
  a takes y as 4/2
> run 600
> compact a 3
> compact b 4
> hold a c
> hold b c
> tick 100 a
  a → b  heartbeat round 9, commit 4 [term 2]
  a → c  heartbeat round 9, commit 2 [term 2]  (lost)
  a asks for a snapshot of at least 3 for c
> settle a b

a sends c a snapshot. Then b leads, and c needs one of b's, too.

> heal
> cut a
> elect b
  b leads term 3
> heal
> run 100
  a follows nobody in term 3
  a follows b in term 3
  b may control
> state b
  b leads term 3; base 4, last 5, durable 5, commit 5, applied 5; a has 5, c has 0 and needs a snapshot

a leads again. Its first attempt has not ended yet, so that it does not begin another.

> cut b
> elect a
  a leads term 4
> heal
> run 100
  b follows nobody in term 4
  b follows a in term 4
  a may control
> state
  a leads term 4; base 3, last 6, durable 6, commit 6, applied 6; b has 6, c has 0 and needs a snapshot
  b follows a in term 4; base 4, last 6, durable 6, commit 6, applied 6
  c follows a in term 4; last 2, durable 2, commit 2, applied 2

The first attempt ends well, although it was begun in an older term.

> send a c
  c has received the state up to 4/2
  c commits up to 4
  c begins write 5: begin behind 4/2 [voters a b c]
> persist c
  c has write 5 on disk
  c → a  accepted up to 4 [term 4]
> sent a c
  a hears that c has everything up to 4
  a → c  append 5/3 no-op, 6/4 no-op after 4/2, commit 6 [term 4]
> stabilize
  a → c  append 5/3 no-op, 6/4 no-op after 4/2, commit 6 [term 4]
  c commits up to 6
  c begins write 6: 5/3 no-op, 6/4 no-op
  c has write 6 on disk
  c → a  accepted up to 6 [term 4]
  c applies 5/3 no-op, 6/4 no-op
  c → a  accepted up to 6 [term 4]
> state a
  a leads term 4; base 3, last 6, durable 6, commit 6, applied 6; b has 6, c has 6

b's has become useless.

> send b c
  c has received the state up to 4/2
  c drops the state up to 4/2
> sent b c
  b hears that c has everything up to 6
> state
  a leads term 4; base 3, last 6, durable 6, commit 6, applied 6; b has 6, c has 6
  b follows a in term 4; base 4, last 6, durable 6, commit 6, applied 6
  c follows a in term 4; base 4, last 6, durable 6, commit 6, applied 6
