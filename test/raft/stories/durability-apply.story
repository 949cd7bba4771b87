# A follower applies nothing that it could lose, though others have it (R7, etcd #14370)

> peers a b c
> elect a
  a leads term 2
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> deliver >c
  c begins write 3: 3/2 x
> persist a c
  a has write 3 on disk
  c has write 3 on disk
  c → a  accepted up to 3 [term 2]
> deliver c>a
  a commits up to 3
  a → c  heartbeat round 1, commit 3 [term 2]
  a applies 3/2 x

x is committed. b hears of both at once.

> tick 100 a
  a → b  heartbeat round 2, commit 2 [term 2]
  a → c  heartbeat round 2, commit 3 [term 2]
> deliver a>b
  b → a  heard round 2 [term 2]
  b begins write 3: 3/2 x
> state b
  b follows a in term 2; last 3, durable 2, commit 2, applied 2
> persist b
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]
> deliver b>a
  a → b  heartbeat round 2, commit 3 [term 2]
> deliver a>b
  b commits up to 3
  b → a  heard round 2 [term 2]
  b applies 3/2 x
