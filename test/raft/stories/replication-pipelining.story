# A leader sends on without waiting for answers (§10.2.1)

> peers a b c
> elect a
  a leads term 2
> cut a c
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]  (lost)
  a begins write 3: 3/2 x
  a takes x as 3/2
> propose a y
  a → b  append 4/2 y after 3/2, commit 2 [term 2]
  a → c  append 4/2 y after 3/2, commit 2 [term 2]  (lost)
  a takes y as 4/2
> propose a z
  a → b  append 5/2 z after 4/2, commit 2 [term 2]
  a → c  append 5/2 z after 4/2, commit 2 [term 2]  (lost)
  a takes z as 5/2

All three are under way. The last answer stands for those before it, even when they are lost.

> deliver a>b first
  b begins write 3: 3/2 x
> persist b
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]
> drop b>a
> deliver a>b
  b begins write 4: 4/2 y, 5/2 z
> persist b
  b has write 4 on disk
  b → a  accepted up to 5 [term 2]
> persist a
  a has write 3 on disk
  a begins write 4: 4/2 y, 5/2 z
> deliver b>a
  a commits up to 3
  a → b  heartbeat round 1, commit 3 [term 2]
  a applies 3/2 x
> state a
  a leads term 2; last 5, durable 3, commit 3, applied 3; b has 5, c has 2
