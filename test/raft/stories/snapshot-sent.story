# Who needs entries that were cut off is sent a snapshot, and then the entries behind it (§5.1; R9, R10)

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
> state a
  a leads term 2; base 3, last 4, durable 4, commit 4, applied 4; b has 4, c has 2

c comes back. Its log ends before a's begins. While the snapshot is on its way, it is sent nothing but heartbeats.

> heal
> tick 100 a
  a → b  heartbeat round 9, commit 4 [term 2]
  a → c  heartbeat round 9, commit 2 [term 2]
  a asks for a snapshot of at least 3 for c
> propose a z
  a → b  append 5/2 z after 4/2, commit 4 [term 2]
  a begins write 4: 5/2 z
  a takes z as 5/2
> stabilize a b
  a has write 4 on disk
  b → a  heard round 9 [term 2]
  b begins write 4: 5/2 z
  b has write 4 on disk
  b → a  accepted up to 5 [term 2]
  a commits up to 5
  a → b  heartbeat round 9, commit 5 [term 2]
  a applies 5/2 z
  b commits up to 5
  b → a  heard round 9 [term 2]
  b applies 5/2 z
> state a
  a leads term 2; base 3, last 5, durable 5, commit 5, applied 5; b has 5, c has 2 and needs a snapshot

The state of a when it was asked for arrives. What c says of it waits for the write that makes it last.

> send a c
  c has received the state up to 4/2
  c commits up to 4
  c begins write 3: begin behind 4/2 [voters a b c]
> state c
  c follows a in term 2; base 4, last 4, durable 2, commit 4, applied 2
> persist c
  c has write 3 on disk
  c → a  accepted up to 4 [term 2]
> state c
  c follows a in term 2; base 4, last 4, durable 4, commit 4, applied 4

a hears of it from c itself, and streams the entries behind it.

> deliver c>a last
  a → c  append 5/2 z after 4/2, commit 5 [term 2]
> sent a c
  a hears that c has everything up to 4
> stabilize
  c commits up to 5
  c → a  heard round 9 [term 2]
  c begins write 4: 5/2 z
  c has write 4 on disk
  c → a  accepted up to 5 [term 2]
  c applies 5/2 z
> state
  a leads term 2; base 3, last 5, durable 5, commit 5, applied 5; b has 5, c has 5
  b follows a in term 2; last 5, durable 5, commit 5, applied 5
  c follows a in term 2; base 4, last 5, durable 5, commit 5, applied 5
> disk c
  c term 2, vote a; behind 4/2: 5/2 z
