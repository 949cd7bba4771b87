# A member is removed while it is sent a snapshot: it is let go at once (§4.2.2; S1 of raft/replication.ts)

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
> settle a b
> state a
  a leads term 2; base 4, last 4, durable 4, commit 4, applied 4; b has 4, c has 2 and needs a snapshot

c is still heard, but needs more than the entry that says so.

> change a remove c
  a → b  append 5/2 [voters a b ⇐ a b c] after 4/2, commit 4 [term 2]
  a begins write 4: 5/2 [voters a b ⇐ a b c]
  a takes the change as 5/2
> stabilize a b
  a has write 4 on disk
  b begins write 4: 5/2 [voters a b ⇐ a b c]
  b has write 4 on disk
  b → a  accepted up to 5 [term 2]
  a commits up to 5
  a → b  append 6/2 [voters a b, removed c] after 5/2, commit 5 [term 2]
  a begins write 5: 6/2 [voters a b, removed c]
  a applies 5/2 [voters a b ⇐ a b c]
  a has write 5 on disk
  b commits up to 5
  b begins write 5: 6/2 [voters a b, removed c]
  b applies 5/2 [voters a b ⇐ a b c]
  b has write 5 on disk
  b → a  accepted up to 6 [term 2]
  a commits up to 6
  a → b  heartbeat round 9, commit 6 [term 2]
  a applies 6/2 [voters a b, removed c]
  b commits up to 6
  b → a  heard round 9 [term 2]
  b applies 6/2 [voters a b, removed c]
> tick 100 a
  a → b  heartbeat round 10, commit 6 [term 2]
> state a
  a leads term 2; base 4, last 6, durable 6, commit 6, applied 6; b has 6

What becomes of the snapshot moves nobody.

> fail a c
  a hears that c was not sent it
> tick 100 a
  a → b  heartbeat round 11, commit 6 [term 2]
> stabilize
  c → a  heard round 9 [term 2]
  b → a  heard round 10 [term 2]
  b → a  heard round 11 [term 2]
> state a
  a leads term 2; base 4, last 6, durable 6, commit 6, applied 6; b has 6
