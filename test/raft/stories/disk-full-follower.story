# A follower without room takes in no entries, and all else goes on: it hears its leader, learns the commit index, votes (raft.md, disk trouble; S5, Y4)

> peers a b c
> elect a
  a leads term 2
> run 100
> full c
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> settle
> state
  a leads term 2; last 3, durable 3, commit 3, applied 3; b has 3, c has 2
  b follows a in term 2; last 3, durable 3, commit 3, applied 3
  c follows a in term 2; last 2, durable 2, commit 2, applied 2

a is told, and sends c no entries any more: no window is filled for nothing.

> run 100
> propose a y
  a → b  append 4/2 y after 3/2, commit 3 [term 2]
  a begins write 4: 4/2 y
  a takes y as 4/2
> settle
> state
  a leads term 2; last 4, durable 4, commit 4, applied 4; b has 4, c has 2
  b follows a in term 2; last 4, durable 4, commit 4, applied 4
  c follows a in term 2; last 2, durable 2, commit 2, applied 2

c holds what it is asked for; a asks at the pace of lost appends.

> tick 500 a
  a → b  heartbeat round 4, commit 4 [term 2]
  a → c  heartbeat round 4, commit 2 [term 2]
  a → b  heartbeat round 5, commit 4 [term 2]
  a → c  heartbeat round 5, commit 2 [term 2]
  a → b  heartbeat round 6, commit 4 [term 2]
  a → c  heartbeat round 6, commit 2 [term 2]
  a → b  heartbeat round 7, commit 4 [term 2]
  a → c  heartbeat round 7, commit 2 [term 2]
  a → c  append nothing after 2/2, commit 4 [term 2]
  a may control no more
  a → b  heartbeat round 8, commit 4 [term 2]
  a → c  heartbeat round 8, commit 2 [term 2]
> deliver a>c appends
  c → a  accepted up to 2 [term 2]
> settle
  a may control

There is room again.

> room c
> run 100
> settle
> state c
  c follows a in term 2; last 4, durable 4, commit 4, applied 4
