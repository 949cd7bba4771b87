# A leader that holds too much uncommitted refuses more at once, and takes it again later (raft.md, limits)

> peers a b c uncommittedMax=2
> elect a
  a leads term 2
> cut a
> propose a x y z
  a → b  append 3/2 x, 4/2 y after 2/2, commit 2 [term 2]  (lost)
  a → c  append 3/2 x, 4/2 y after 2/2, commit 2 [term 2]  (lost)
  a begins write 3: 3/2 x, 4/2 y
  a takes x as 3/2
  a takes y as 4/2
  a refuses z: BUSY

z is in no log: its client may try again elsewhere.

> heal
> run 600
> propose a z
  a → b  append 5/2 z after 4/2, commit 4 [term 2]
  a → c  append 5/2 z after 4/2, commit 4 [term 2]
  a begins write 4: 5/2 z
  a takes z as 5/2
> settle
> state a
  a leads term 2; last 5, durable 5, commit 5, applied 5; b has 5, c has 5
