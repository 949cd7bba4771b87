# Reads that wait when a leader steps down are refused (R12)

> peers a b c
> elect a
  a leads term 2
> run 20
> cut a
> read a 1
  a → b  heartbeat round 2, commit 2 [term 2]  (lost)
  a → c  heartbeat round 2, commit 2 [term 2]  (lost)
> run 480
  a may control no more
> run 560
  c is pre-candidate in term 2
  c is candidate in term 3
  b follows nobody in term 3
  c leads term 3
  b follows c in term 3
  c may control
  a follows nobody in term 2
  a refuses read 1: NO_LEADER
