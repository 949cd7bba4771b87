# A follower that has more than it is sent says so, and is not set back (§5.1)

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

Before the snapshot is there, c gets everything from b, which leads the next term and whose log is longer.

> heal
> cut a
> elect b
  b leads term 3
> propose b z
  b → c  append 6/3 z after 5/3, commit 5 [term 3]
  b begins write 6: 6/3 z
  b takes z as 6/3
> settle b c
> state c
  c follows b in term 3; last 6, durable 6, commit 6, applied 6

What a was asked to send is of no use to c. c has more than a knows of; a, which does not know that its term is over, looks
for the place at which their logs agree, and learns that.

> heal
> send a c
  c has received the state up to 4/2
  c drops the state up to 4/2
> sent a c
  a hears that c has everything up to 6
  a → c  append nothing after 4/2, commit 4 [term 2]
> state a
  a leads term 2; base 3, last 4, durable 4, commit 4, applied 4; b has 4, c has 2
> deliver a>c
  c → a  your term is over [term 3]
> deliver c>a
  a follows nobody in term 3
  a begins write 4: term 3, vote for nobody
