# A leader sends entries before its own disk has them, and counts itself when it does (§10.2.1, R5)

> peers a b c
> elect a
  a leads term 2
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> deliver >b
  b begins write 3: 3/2 x
> deliver >c
  c begins write 3: 3/2 x
> persist b c
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]
  c has write 3 on disk
  c → a  accepted up to 3 [term 2]
> deliver >a
  a commits up to 3
  a → b  heartbeat round 1, commit 3 [term 2]
  a → c  heartbeat round 1, commit 3 [term 2]

b and c made x committed. a itself may not apply it before it is durable here, too (R7).

> state a
  a leads term 2; last 3, durable 2, commit 3, applied 2; b has 3, c has 3
> persist a
  a has write 3 on disk
  a applies 3/2 x
> propose a y
  a → b  append 4/2 y after 3/2, commit 3 [term 2]
  a → c  append 4/2 y after 3/2, commit 3 [term 2]
  a begins write 4: 4/2 y
  a takes y as 4/2
> deliver >b
  b commits up to 3
  b → a  heard round 1 [term 2]
  b begins write 4: 4/2 y
  b applies 3/2 x
> persist b
  b has write 4 on disk
  b → a  accepted up to 4 [term 2]

With b alone it needs its own disk to make a quorum.

> deliver b>a
> persist a
  a has write 4 on disk
  a commits up to 4
  a → b  heartbeat round 1, commit 4 [term 2]
  a applies 4/2 y
