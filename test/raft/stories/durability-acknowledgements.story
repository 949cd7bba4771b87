# Entries are acknowledged when they are on disk; heartbeats are answered meanwhile (R4)

> peers a b c
> elect a
  a leads term 2
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> deliver a>b
  b begins write 3: 3/2 x
> tick 100 a
  a → b  heartbeat round 2, commit 2 [term 2]
  a → c  heartbeat round 2, commit 2 [term 2]
> deliver a>b
  b → a  heard round 2 [term 2]
> network
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  heartbeat round 2, commit 2 [term 2]
  b → a  heard round 2 [term 2]
> persist b
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]
