# What a majority holds may still be overwritten, so it is not committed by counting (§5.4.2, figure 8 d)

Entry 2/2 is on a and b; e led term 3 with another entry 2. Each append carries one entry here.

> peer a among=a,b,c,d,e log=2 term=3 appendBytesMax=1
> peer b among=a,b,c,d,e log=2 term=3
> peer c among=a,b,c,d,e term=3
> peer d among=a,b,c,d,e term=3
> peer e among=a,b,c,d,e log=3 term=3
> crash e
> crash d
> elect a bare
  a leads term 4
> network
  a → d  pre-vote for term 4? my log ends at 2/2
  a → e  pre-vote for term 4? my log ends at 2/2
  a → d  vote for term 4? my log ends at 2/2
  a → e  vote for term 4? my log ends at 2/2
  a → b  heartbeat round 1, commit 0 [term 4]
  a → c  heartbeat round 1, commit 0 [term 4]
  a → d  heartbeat round 1, commit 0 [term 4]
  a → e  heartbeat round 1, commit 0 [term 4]
  a → b  append 3/4 no-op after 2/2, commit 0 [term 4]
  a → c  append 3/4 no-op after 2/2, commit 0 [term 4]
  a → d  append 3/4 no-op after 2/2, commit 0 [term 4]
  a → e  append 3/4 no-op after 2/2, commit 0 [term 4]

a leads term 4. c gets 2/2, but not the no-op behind it; b answers only an empty probe.

> drop a>b appends
> deliver a>c
  c follows a in term 4
  c → a  heard round 1 [term 4]
  c → a  rejected after 2, try 1/1 [term 4]
> persist c
> deliver c>a
  a → c  append 2/2 after 1/1, commit 0 [term 4]
> deliver a>c
  c begins write 2: 2/2
> persist c
  c has write 2 on disk
  c → a  accepted up to 2 [term 4]
> deliver c>a
  a → c  append 3/4 no-op after 2/2, commit 0 [term 4]
> drop
> tick 100 a
  a → b  heartbeat round 2, commit 0 [term 4]
  a → c  heartbeat round 2, commit 0 [term 4]
  a → d  heartbeat round 2, commit 0 [term 4]
  a → e  heartbeat round 2, commit 0 [term 4]
> deliver a>b
  b follows a in term 4
  b → a  heard round 2 [term 4]
> deliver b>a
  a → b  append nothing after 2/2, commit 0 [term 4]
> deliver a>b
  b → a  accepted up to 2 [term 4]
> deliver b>a
  a → b  append 3/4 no-op after 2/2, commit 0 [term 4]
> drop

Three of five hold 2/2, and a knows it. That commits nothing:

> state a
  a leads term 4; last 3, durable 3, commit 0, applied 0; b has 2, c has 2, d has 0, e has 0

a crashes. e returns, and it may win: its log ends in term 3, the others' in an older one. It overwrites 2/2.

> crash a
> restart e
  e follows nobody in term 3
> restart d
  d follows nobody in term 3
> tick 520 b c d
> campaign e
  e is pre-candidate in term 3
  e → a  pre-vote for term 4? my log ends at 2/3
  e → b  pre-vote for term 4? my log ends at 2/3
  e → c  pre-vote for term 4? my log ends at 2/3
  e → d  pre-vote for term 4? my log ends at 2/3
> settle
  e follows nobody in term 4
> campaign e
  e is pre-candidate in term 4
  e → a  pre-vote for term 5? my log ends at 2/3
  e → b  pre-vote for term 5? my log ends at 2/3
  e → c  pre-vote for term 5? my log ends at 2/3
  e → d  pre-vote for term 5? my log ends at 2/3
> settle
  e is candidate in term 5
  b follows nobody in term 5
  c follows nobody in term 5
  d follows nobody in term 5
  e leads term 5
  b follows e in term 5
  c follows e in term 5
  d follows e in term 5
  e may control
> disk b c e
  b term 5, vote e; 1/1 genesis, 2/3, 3/5 no-op
  c term 5, vote e; 1/1 genesis, 2/3, 3/5 no-op
  e term 5, vote e; 1/1 genesis, 2/3, 3/5 no-op
