# While a write lasts, one acknowledgement waits: the newest stands for those before it (raft.md, limits; D3)

> peers a b c
> elect a
  a leads term 2
> cut a c
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]  (lost)
  a begins write 3: 3/2 x
  a takes x as 3/2
> deliver a>b
  b begins write 3: 3/2 x
> propose a y
  a → b  append 4/2 y after 3/2, commit 2 [term 2]
  a → c  append 4/2 y after 3/2, commit 2 [term 2]  (lost)
  a takes y as 4/2
> propose a z
  a → b  append 5/2 z after 4/2, commit 2 [term 2]
  a → c  append 5/2 z after 4/2, commit 2 [term 2]  (lost)
  a takes z as 5/2
> propose a u
  a → b  append 6/2 u after 5/2, commit 2 [term 2]
  a → c  append 6/2 u after 5/2, commit 2 [term 2]  (lost)
  a takes u as 6/2
> deliver a>b first
> deliver a>b first
> deliver a>b first
> persist b
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]
  b begins write 4: 4/2 y, 5/2 z, 6/2 u
> persist b
  b has write 4 on disk
  b → a  accepted up to 6 [term 2]
