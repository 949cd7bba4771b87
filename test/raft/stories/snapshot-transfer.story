# Nothing is handed over to a follower that needs a snapshot first (§3.10, §5.1; T1)

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
> stabilize
  b → a  heard round 9 [term 2]
  c → a  heard round 9 [term 2]

Writes would be refused for as long as it takes.

> transfer a c
  a refuses to hand over: UNFIT_TARGET
> state a
  a leads term 2; base 4, last 4, durable 4, commit 4, applied 4; b has 4, c has 2 and needs a snapshot

Without a name, the best of the others is taken; with b gone, there is none.

> cut b
> crash b
> run 600
> transfer a
  a refuses to hand over: NO_TARGET
> heal
> send a c
  c has received the state up to 4/2
  c commits up to 4
  c begins write 3: begin behind 4/2 [voters a b c]
> persist c
  c has write 3 on disk
  c → a  accepted up to 4 [term 2]
> sent a c
  a hears that c has everything up to 4
  a → c  append nothing after 4/2, commit 4 [term 2]
> settle
> transfer a c
  a may control no more
  a → c  campaign now [term 2]
> stabilize a c
  c is candidate in term 3
  c begins write 4: term 3, vote c
  c has write 4 on disk
  c → a  vote for term 3? the leader handed over, my log ends at 4/2
  c → b  vote for term 3? the leader handed over, my log ends at 4/2
  a follows nobody in term 3
  a begins write 4: term 3, vote c
  a has handed over
  a has write 4 on disk
  a → c  vote for term 3: yes
  c leads term 3
  c → a  heartbeat round 1, commit 0 [term 3]
  c → b  heartbeat round 1, commit 0 [term 3]
  c → a  append 5/3 no-op after 4/2, commit 4 [term 3]
  c → b  append 5/3 no-op after 4/2, commit 4 [term 3]
  c begins write 5: 5/3 no-op
  c has write 5 on disk
  a follows c in term 3
  a → c  heard round 1 [term 3]
  a begins write 5: 5/3 no-op
  a has write 5 on disk
  a → c  accepted up to 5 [term 3]
  c commits up to 5
  c → a  heartbeat round 1, commit 5 [term 3]
  c applies 5/3 no-op
  c may control
  a commits up to 5
  a → c  heard round 1 [term 3]
  a applies 5/3 no-op
