# A read that a follower passed on is served behind the snapshot that came meanwhile (§6.4, §5.1; R12)

> peers a b c
> elect a
  a leads term 2
> run 100
> cut c
> propose a x y
  a → b  append 3/2 x, 4/2 y after 2/2, commit 2 [term 2]
  a → c  append 3/2 x, 4/2 y after 2/2, commit 2 [term 2]  (lost)
  a begins write 3: 3/2 x, 4/2 y
  a takes x as 3/2
  a takes y as 4/2
> run 600
> compact a 4
> hold a c
> heal
> tick 100 a
  a → b  heartbeat round 9, commit 4 [term 2]
  a → c  heartbeat round 9, commit 2 [term 2]
  a asks for a snapshot of at least 4 for c
> stabilize a b
  b → a  heard round 9 [term 2]
> deliver a>c
  c → a  heard round 9 [term 2]
> deliver c>a
> read c 1
  c → a  read #1? [term 2]
> send a c
  c has received the state up to 4/2
  c commits up to 4
  c begins write 3: begin behind 4/2 [voters a b c]
> stabilize
  c has write 3 on disk
  c → a  accepted up to 4 [term 2]
  a → b  heartbeat round 10, commit 4 [term 2]
  a → c  heartbeat round 10, commit 4 [term 2]
  b → a  heard round 10 [term 2]
  c → a  heard round 10 [term 2]
  a → c  read #1: as of 4 [term 2]
  c confirms read 1 as of 4
> state c
  c follows a in term 2; base 4, last 4, durable 4, commit 4, applied 4
