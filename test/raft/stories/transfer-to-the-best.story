# Without a name a leader hands over to the follower that holds most (§3.10)

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
> heal
> transfer a
  a may control no more
  a → c  campaign now [term 2]
> settle
  c is candidate in term 3
  a follows nobody in term 3
  a has handed over
  b follows nobody in term 3
  c leads term 3
  a follows c in term 3
  b follows c in term 3
  c may control
> state
  a follows c in term 3; last 4, durable 4, commit 4, applied 4
  b follows c in term 3; last 4, durable 4, commit 4, applied 4
  c leads term 3; last 4, durable 4, commit 4, applied 4; a has 4, b has 4
