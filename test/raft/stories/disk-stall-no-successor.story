# A leader whose disk hangs and who hears nobody steps down (raft.md, leader)

> peers a b c
> elect a
  a leads term 2
> run 20
> crash b
> crash c
> wait 600 a
  a may control no more
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> hang a
  a follows nobody in term 2
> state a
  a follows nobody in term 2; last 3, durable 2, commit 2, applied 2
