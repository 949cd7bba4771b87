# Followers learn of a commit with the next append, or at once when nothing is under way (§5.3)

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
> deliver a>b first
  b begins write 3: 3/2 x
> persist b
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]
> persist a
  a has write 3 on disk
  a begins write 4: 4/2 y
> deliver b>a
  a commits up to 3
  a applies 3/2 x

The leader knows that x is committed. y is under way to b already, without that news; when that is answered, a heartbeat
brings it.

> deliver a>b
  b begins write 4: 4/2 y
> persist b
  b has write 4 on disk
  b → a  accepted up to 4 [term 2]
> deliver b>a
  a → b  heartbeat round 1, commit 3 [term 2]
> persist a
  a has write 4 on disk
  a commits up to 4
  a → b  heartbeat round 1, commit 4 [term 2]
  a applies 4/2 y
> deliver a>b
  b commits up to 3
  b commits up to 4
  b → a  heard round 1 [term 2]
  b → a  heard round 1 [term 2]
  b applies 3/2 x, 4/2 y
