# An append that was lost is sent again, once nothing has moved for a while (§5.3)

> peers a b c
> elect a
  a leads term 2
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> drop a>b
> settle
> state a
  a leads term 2; last 3, durable 3, commit 3, applied 3; b has 2, c has 3

x is committed by a and c. b is probed with an empty append; its answer says where to go on.

> run 480
> tick 20 a
  a → b  heartbeat round 6, commit 2 [term 2]
  a → c  heartbeat round 6, commit 3 [term 2]
  a → b  append nothing after 2/2, commit 3 [term 2]
> deliver a>b
  b → a  heard round 6 [term 2]
  b → a  accepted up to 2 [term 2]
> deliver b>a
  a → b  append 3/2 x after 2/2, commit 3 [term 2]
> settle
> state a
  a leads term 2; last 3, durable 3, commit 3, applied 3; b has 3, c has 3
