# A snapshot is installed in one piece: a crash finds the old log or the new one (R10)

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
> compact a 4
> hold a c
> tick 100 a
  a → b  heartbeat round 9, commit 4 [term 2]
  a → c  heartbeat round 9, commit 2 [term 2]  (lost)
  a asks for a snapshot of at least 4 for c
> settle a b

c crashes before the write is durable: nothing has happened, and nothing was said.

> heal
> send a c
  c has received the state up to 4/2
  c commits up to 4
  c begins write 3: begin behind 4/2 [voters a b c]
> crash c
> restart c
  c follows nobody in term 2
> disk c
  c term 2, vote a; 1/1 genesis, 2/2 no-op
> state c
  c follows nobody in term 2; last 2, durable 2, commit 0, applied 0

It arrives again. This time the write is durable when c crashes, although c did not hear of that.

> tick 20 c
> send a c
  c has received the state up to 4/2
  c commits up to 4
  c begins write 1: begin behind 4/2 [voters a b c]
> crash c kept
> restart c
  c follows nobody in term 2
> disk c
  c term 2, vote a; behind 4/2: nothing
> state c
  c follows nobody in term 2; base 4, last 4, durable 4, commit 4, applied 4

a asks again whether c needs it. It does not.

> sent a c
  a hears that c has everything up to 4
  a → c  append nothing after 4/2, commit 4 [term 2]
> settle
  c follows a in term 2
> run 100
> state
  a leads term 2; base 4, last 4, durable 4, commit 4, applied 4; b has 4, c has 4
  b follows a in term 2; last 4, durable 4, commit 4, applied 4
  c follows a in term 2; base 4, last 4, durable 4, commit 4, applied 4
