# An older snapshot that arrives behind a newer one is dropped (§5.1; Z2 of raft/snapshots.ts)

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
> hold a c
> tick 100 a
  a → b  heartbeat round 9, commit 4 [term 2]
  a → c  heartbeat round 9, commit 2 [term 2]  (lost)
  a asks for a snapshot of at least 3 for c
> settle a b

a's snapshot is slow. b leads, which cut its log further, and its snapshot is there first.

> heal
> cut a
> compact b 4
> elect b
  b leads term 3
> state c
  c follows b in term 3; base 4, last 5, durable 5, commit 5, applied 5
> heal
> settle a b
> send a c
  c has received the state up to 4/2
  c drops the state up to 4/2
> sent a c
  a hears that c has everything up to 5
  a → c  append nothing after 4/2, commit 4 [term 2]
> state
  a leads term 2; base 3, last 4, durable 4, commit 4, applied 4; b has 4, c has 2
  b leads term 3; base 4, last 5, durable 5, commit 5, applied 5; a has 0, c has 5
  c follows b in term 3; base 4, last 5, durable 5, commit 5, applied 5
