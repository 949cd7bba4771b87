# At most so many appends are under way to one follower (raft.md, replication; P3)

> peers a b c inflightMessagesMax=2
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
  a takes z as 5/2
> propose a u
  a takes u as 6/2

Two are out; z and u wait, and go together when the window opens.

> deliver a>b
  b begins write 3: 3/2 x, 4/2 y
> persist b
  b has write 3 on disk
  b → a  accepted up to 4 [term 2]
> deliver b>a
  a → b  append 5/2 z, 6/2 u after 4/2, commit 2 [term 2]
> network
  a → b  append 5/2 z, 6/2 u after 4/2, commit 2 [term 2]
