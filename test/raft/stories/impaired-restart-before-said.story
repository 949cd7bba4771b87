# Who is told that it is mended says so only when that is durable (raft.md, the simple rule for corruption; R4)

> peers a b c
> elect a
  a leads term 2
> settle
> crash c
> damage c 1
> restart c
  c follows nobody in term 1
> run 100
  c follows a in term 2
> tick 100 a
  a → b  heartbeat round 3, commit 2 [term 2]
  a → c  heartbeat round 3, commit 2 [term 2]
  a → b  append 3/2 no-op after 2/2, commit 2 [term 2]
  a → c  append 3/2 no-op after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 no-op
> settle
> tick 100 a
  a → c  count again if you hold 3 [term 2]
  a → b  heartbeat round 4, commit 3 [term 2]
  a → c  heartbeat round 4, commit 3 [term 2]
> deliver a>c mendings
  c begins write 4: mended
> tick 100 a
  a → c  count again if you hold 3 [term 2]
  a → b  heartbeat round 5, commit 3 [term 2]
  a → c  heartbeat round 5, commit 3 [term 2]
> deliver a>c heartbeats
  c → a  heard round 4, but I am impaired [term 2]
  c → a  heard round 5, but I am impaired [term 2]
> crash c
> restart c
  c follows nobody in term 2
> state c
  c follows nobody in term 2; last 3, durable 3, commit 0, applied 0; impaired
> run 400
  c follows a in term 2
> disk c
  c term 2, vote for nobody; 1/1 genesis, 2/2 no-op, 3/2 no-op, 4/2 no-op
