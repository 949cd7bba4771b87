# A snapshot that could not be sent is due again an election time-out later, if its receiver was heard since (§5.1)

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
> tick 100 a
  a → b  heartbeat round 9, commit 4 [term 2]
  a → c  heartbeat round 9, commit 2 [term 2]  (lost)
  a asks for a snapshot of at least 3 for c
> settle a b

It is not sent. Nothing is asked for again while c is silent.

> fail a c
  a hears that c was not sent it
> run 700
  c is pre-candidate in term 2
> state a
  a leads term 2; base 3, last 4, durable 4, commit 4, applied 4; b has 4, c has 2 and needs a snapshot

c is heard again; an election time-out has passed, and the next attempt begins. While that is on its way, there is no other.

> heal
> tick 100 a
  a → b  heartbeat round 17, commit 4 [term 2]
  a → c  heartbeat round 17, commit 2 [term 2]
> deliver a>c
  c follows a in term 2
  c → a  heard round 17 [term 2]
> deliver c>a
> tick 20 a
  a asks for a snapshot of at least 3 for c
> wait 100 a
> settle a b
> send a c
  c has received the state up to 4/2
  c commits up to 4
  c begins write 3: begin behind 4/2 [voters a b c]
> stabilize
  c has write 3 on disk
  c → a  accepted up to 4 [term 2]
  a hears that c has everything up to 4
  a → c  append nothing after 4/2, commit 4 [term 2]
  c → a  heard round 18 [term 2]
  c → a  accepted up to 4 [term 2]
> state a
  a leads term 2; base 3, last 4, durable 4, commit 4, applied 4; b has 4, c has 4
