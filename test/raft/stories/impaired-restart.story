# Trust is given to one run of an impaired peer: a later one may have lost more (raft.md, the simple rule for corruption)

c is impaired, and gets the no-op by which it is to be mended.

> peers a b c
> elect a
  a leads term 2
> settle
> crash c
> damage c 1
> restart c
  c follows nobody in term 1
> run 100
  c follows a in term 2
> tick 100 a
  a → b  heartbeat round 3, commit 2 [term 2]
  a → c  heartbeat round 3, commit 2 [term 2]
  a → b  append 3/2 no-op after 2/2, commit 2 [term 2]
  a → c  append 3/2 no-op after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 no-op
> settle
> propose a x
  a → b  append 4/2 x after 3/2, commit 3 [term 2]
  a → c  append 4/2 x after 3/2, commit 3 [term 2]
  a begins write 4: 4/2 x
  a takes x as 4/2
> settle
> state a c
  a leads term 2; last 4, durable 4, commit 4, applied 4; b has 4, c has 4
  c follows a in term 2; last 4, durable 4, commit 3, applied 3; impaired

a says so, but c dies before it hears that, and with it goes x, which it had acknowledged.

> tick 100 a
  a → c  count again if you hold 3 [term 2]
  a → b  heartbeat round 4, commit 4 [term 2]
  a → c  heartbeat round 4, commit 4 [term 2]
> crash c
> damage c 3
> restart c
  c follows nobody in term 2
> disk c
  c term 2, vote for nobody; 1/1 genesis, 2/2 no-op, 3/2 no-op; impaired
> deliver a>c mendings
> state c
  c follows nobody in term 2; last 3, durable 3, commit 0, applied 0; impaired

What was meant for the run before is not believed. a hears of another impairment, and begins again.

> run 400
  c follows a in term 2
> disk c
  c term 2, vote for nobody; 1/1 genesis, 2/2 no-op, 3/2 no-op, 4/2 x, 5/2 no-op
