# What was never acknowledged may be lost in a crash, what was acknowledged is not (R4, R8)

> peers a b c
> elect a
  a leads term 2
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> settle
> propose a y
  a → b  append 4/2 y after 3/2, commit 3 [term 2]
  a → c  append 4/2 y after 3/2, commit 3 [term 2]
  a begins write 4: 4/2 y
  a takes y as 4/2
> deliver a>b
  b begins write 4: 4/2 y

The power goes everywhere. y is on no disk yet, and nobody was told that it is.

> crash a
> crash b
> crash c
> drop
> restart a
  a follows nobody in term 2
> restart b
  b follows nobody in term 2
> restart c
  c follows nobody in term 2
> disk
  a term 2, vote a; 1/1 genesis, 2/2 no-op, 3/2 x
  b term 2, vote a; 1/1 genesis, 2/2 no-op, 3/2 x
  c term 2, vote a; 1/1 genesis, 2/2 no-op, 3/2 x
> elect b
  b leads term 3
> disk
  a term 3, vote b; 1/1 genesis, 2/2 no-op, 3/2 x, 4/3 no-op
  b term 3, vote b; 1/1 genesis, 2/2 no-op, 3/2 x, 4/3 no-op
  c term 3, vote b; 1/1 genesis, 2/2 no-op, 3/2 x, 4/3 no-op
