# TimeoutNow cannot be taken back: if nobody takes over, the leader steps down (§3.10, T2)

> peers a b c
> elect a
  a leads term 2
> run 20
> transfer a b
  a may control no more
  a → b  campaign now [term 2]
> drop a>b

It is said again with each heartbeat. b is dead, and c hears a all the while.

> crash b
> run 980
> run 40
  a follows nobody in term 2
  a has handed over
> run 2000
  c is pre-candidate in term 2
  c is candidate in term 3
  a follows nobody in term 3
  c leads term 3
  a follows c in term 3
  c may control
> state
  a follows c in term 3; last 3, durable 3, commit 3, applied 3
  c leads term 3; last 3, durable 3, commit 3, applied 3; a has 3, b has 0
