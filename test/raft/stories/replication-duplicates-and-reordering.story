# Appends that come twice, late or out of order change nothing that they should not (§5.3)

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

y arrives first: b lacks what stands before it, and says so.

> deliver a>b last
  b → a  rejected after 3, try 2/2 [term 2]
> deliver a>b twice
  b begins write 3: 3/2 x
> persist b
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]
> settle
> disk b
  b term 2, vote a; 1/1 genesis, 2/2 no-op, 3/2 x, 4/2 y
> state a
  a leads term 2; last 4, durable 4, commit 4, applied 4; b has 4, c has 2
