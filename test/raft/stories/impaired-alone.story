# An impaired peer does not campaign, not when it is told to, and not when nobody else is left (raft.md, the simple rule for corruption)

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
> transfer a c
  a refuses to hand over: UNFIT_TARGET
> crash a
> crash b
> run 5000
> state
  c follows a in term 2; last 2, durable 2, commit 2, applied 2; impaired

Nor does the only voter of a cluster. Someone has to decide what it may forget: orion cluster recover.

> peer s among=s log=2
> crash s
> damage s 1
> restart s
  s follows nobody in term 1
> run 5000
> state s
  s follows nobody in term 1; last 1, durable 1, commit 0, applied 0; impaired
