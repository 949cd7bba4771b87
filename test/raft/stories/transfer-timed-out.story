# A target that does not catch up in time: the leader takes proposals again (§3.10, T3)

> peers a b c
> elect a
  a leads term 2
> run 20
> cut a b
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]  (lost)
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> settle
> transfer a b
  a may control no more
> propose a y
  a refuses y: TRANSFERRING
> run 980
  b is pre-candidate in term 2
> propose a z
  a refuses z: TRANSFERRING
> run 20
  a may control
  a refuses to hand over: TIMED_OUT
> propose a z
  a → c  append 4/2 z after 3/2, commit 3 [term 2]
  a begins write 4: 4/2 z
  a takes z as 4/2
> settle
> state a
  a leads term 2; last 4, durable 4, commit 4, applied 4; b has 2, c has 4
