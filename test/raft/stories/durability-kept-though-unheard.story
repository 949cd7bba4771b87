# A write that reached the disk unheard is there after the crash, and may be committed later (R4, §5.4.2)

> peers a b c
> elect a
  a leads term 2
> cut a
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]  (lost)
  a → c  append 3/2 x after 2/2, commit 2 [term 2]  (lost)
  a begins write 3: 3/2 x
  a takes x as 3/2
> crash a kept
> disk a
  a term 2, vote a; 1/1 genesis, 2/2 no-op, 3/2 x

Nobody was told of x, so it might as well be lost; but a comes back, and its log is the longest.

> heal
> restart a
  a follows nobody in term 2
> elect a
  a leads term 3
> state
  a leads term 3; last 4, durable 4, commit 4, applied 4; b has 4, c has 4
  b follows a in term 3; last 4, durable 4, commit 4, applied 4
  c follows a in term 3; last 4, durable 4, commit 4, applied 4
> disk c
  c term 3, vote a; 1/1 genesis, 2/2 no-op, 3/2 x, 4/3 no-op
