# A leader without room refuses proposals and hands over, as long as a quorum without it has room (raft.md, disk trouble; T4)

> peers a b c
> elect a
  a leads term 2
> run 100
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> full a
> propose a y
  a refuses y: BUSY
> settle
  a may control no more
  b is candidate in term 3
  a follows nobody in term 3
  c follows nobody in term 3
  b leads term 3
  a follows b in term 3
  c follows b in term 3
  b may control
> tick 20 a
> settle
> state
  a follows b in term 3; last 3, durable 3, commit 3, applied 3
  b leads term 3; last 4, durable 4, commit 4, applied 4; a has 0, c has 4
  c follows b in term 3; last 4, durable 4, commit 4, applied 4
> run 2000
> state a
  a follows b in term 3; last 3, durable 3, commit 3, applied 3

It takes no entries, so it may well lag; but b and c go on. With room, it follows.

> propose b z
  b → c  append 5/3 z after 4/3, commit 4 [term 3]
  b begins write 6: 5/3 z
  b takes z as 5/3
> settle
> room a
> run 1000
> state
  a follows b in term 3; last 5, durable 5, commit 5, applied 5
  b leads term 3; last 5, durable 5, commit 5, applied 5; a has 5, c has 5
  c follows b in term 3; last 5, durable 5, commit 5, applied 5
