# Handing over is refused with a reason, and the leader goes on (§3.10)

> peers a b c
> transfer a b
  a refuses to hand over: NOT_LEADER
> elect a
  a leads term 2
> run 20
> transfer a d
  a refuses to hand over: UNKNOWN_TARGET
> transfer a a
  a refuses to hand over: UNKNOWN_TARGET
> transfer a b
  a may control no more
  a → b  campaign now [term 2]
> transfer a c
  a refuses to hand over: TRANSFERRING
