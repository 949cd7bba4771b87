# A follower asks the leader once for all reads that came together, and serves them from its own state (§6.4)

> peers a b c
> elect a
  a leads term 2
> run 20
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> deliver a>c
  c begins write 3: 3/2 x
> persist a c
  a has write 3 on disk
  c has write 3 on disk
  c → a  accepted up to 3 [term 2]
> deliver c>a
  a commits up to 3
  a → c  heartbeat round 1, commit 3 [term 2]
  a applies 3/2 x
> read b 1 2
  b → a  read #1? [term 2]
> deliver b>a
  a → b  heartbeat round 2, commit 2 [term 2]
  a → c  heartbeat round 2, commit 3 [term 2]
> deliver a>c heartbeats
  c commits up to 3
  c → a  heard round 1 [term 2]
  c → a  heard round 2 [term 2]
  c applies 3/2 x
> deliver c>a
  a → b  read #1: as of 3 [term 2]

x was acknowledged before the reads began: b waits for entry 3 before it shows anything (the driver holds the read).

> deliver a>b
  b → a  heard round 2 [term 2]
  b begins write 3: 3/2 x
  b confirms read 1 as of 3
  b confirms read 2 as of 3
> state b
  b follows a in term 2; last 3, durable 2, commit 2, applied 2
> persist b
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]
> settle
> state b
  b follows a in term 2; last 3, durable 3, commit 3, applied 3
