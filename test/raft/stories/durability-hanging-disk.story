# A leader steps down without a quorum even while its disk hangs (hashicorp/raft #503)

> peers a b c
> elect a
  a leads term 2
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> crash b
> crash c
> wait 480 a
> wait 40 a
  a may control no more
> wait 460 a
> wait 40 a
  a follows nobody in term 2
> state a
  a follows nobody in term 2; last 3, durable 2, commit 2, applied 2
