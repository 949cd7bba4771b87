# A follower's read is refused when it gives its leader up (R12, F2)

c asks a, which is cut off. The question ends with c's patience for its leader.

> peers a b c
> elect a
  a leads term 2
> cut a
> read c 1
  c → a  read #1? [term 2]  (lost)
> run 1000
  a may control no more
  c is pre-candidate in term 2
  c refuses read 1: NO_LEADER
  c is candidate in term 3
  b follows nobody in term 3
  c leads term 3
  b follows c in term 3
  c may control
  a follows nobody in term 2
