# While a quorum would need the word of an impaired peer, nothing is committed and nobody elected (raft.md, the simple rule for corruption)

> peers a b c
> elect a
  a leads term 2
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> settle
> run 100
> crash c
> damage c 2
> restart c
  c follows nobody in term 2
> run 100
  c follows a in term 2
> crash b

c answers a, but its answers prove nothing: it may have voted for a leader of whom it does not know any more.

> propose a y
  a → b  append 4/2 y after 3/2, commit 3 [term 2]
  a → c  append 4/2 y after 3/2, commit 3 [term 2]
  a begins write 4: 4/2 y
  a takes y as 4/2
> read a 1
  a → b  heartbeat round 4, commit 3 [term 2]
  a → c  heartbeat round 4, commit 3 [term 2]
> run 1000
  a may control no more
  a follows nobody in term 2
  a refuses read 1: NO_LEADER
> state a
  a follows nobody in term 2; last 5, durable 5, commit 3, applied 3
> run 3000
  a is pre-candidate in term 2
> state
  a is pre-candidate in term 2; last 5, durable 5, commit 3, applied 3
  c follows a in term 2; last 5, durable 5, commit 3, applied 3; impaired

With b there are two again.

> restart b
  b follows nobody in term 2
> run 3000
  b follows a in term 2
  b is pre-candidate in term 2
  b is candidate in term 3
  a follows nobody in term 3
  c follows nobody in term 3
  b leads term 3
  a follows b in term 3
  c follows b in term 3
  b may control
> state
  a follows b in term 3; last 7, durable 7, commit 7, applied 7
  b leads term 3; last 7, durable 7, commit 7, applied 7; a has 7, c has 7
  c follows b in term 3; last 7, durable 7, commit 7, applied 7
