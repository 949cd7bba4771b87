# What was proposed together travels in one append and one write (§10.2.2)

> peers a b c
> elect a
  a leads term 2
> propose a x y z
  a → b  append 3/2 x, 4/2 y, 5/2 z after 2/2, commit 2 [term 2]
  a → c  append 3/2 x, 4/2 y, 5/2 z after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x, 4/2 y, 5/2 z
  a takes x as 3/2
  a takes y as 4/2
  a takes z as 5/2
> persist a
  a has write 3 on disk

While b's disk is busy with these, more arrives; the next write gathers all of it.

> deliver a>b
  b begins write 3: 3/2 x, 4/2 y, 5/2 z
> propose a u
  a → b  append 6/2 u after 5/2, commit 2 [term 2]
  a → c  append 6/2 u after 5/2, commit 2 [term 2]
  a begins write 4: 6/2 u
  a takes u as 6/2
> propose a v
  a → b  append 7/2 v after 6/2, commit 2 [term 2]
  a → c  append 7/2 v after 6/2, commit 2 [term 2]
  a takes v as 7/2
> deliver a>b
> persist b
  b has write 3 on disk
  b → a  accepted up to 5 [term 2]
  b begins write 4: 6/2 u, 7/2 v
> persist b
  b has write 4 on disk
  b → a  accepted up to 7 [term 2]
> settle
> state
  a leads term 2; last 7, durable 7, commit 7, applied 7; b has 7, c has 7
  b follows a in term 2; last 7, durable 7, commit 7, applied 7
  c follows a in term 2; last 7, durable 7, commit 7, applied 7
