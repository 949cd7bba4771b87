# A leader hands over: no more proposals, then TimeoutNow to a follower that holds everything (§3.10, R11)

> peers a b c
> elect a
  a leads term 2
> run 20
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> transfer a b
  a may control no more

From here on nothing is taken and nothing decided, though b still lacks x.

> propose a y
  a refuses y: TRANSFERRING
> deliver a>b
  b begins write 3: 3/2 x
> persist b
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]
> persist a
  a has write 3 on disk
> deliver b>a
  a commits up to 3
  a → b  campaign now [term 2]
  a → b  heartbeat round 1, commit 3 [term 2]
  a applies 3/2 x

b has everything: it may campaign at once, without a pre-vote, and its request is heard although a was heard a moment ago.

> deliver a>b
  b is candidate in term 3
  b begins write 4: term 3, vote b
> persist b
  b has write 4 on disk
  b → a  vote for term 3? the leader handed over, my log ends at 3/2
  b → c  vote for term 3? the leader handed over, my log ends at 3/2
  b → a  your term is over [term 3]
> deliver b>
  a follows nobody in term 3
  a begins write 4: term 3, vote b
  a has handed over
  c follows nobody in term 3
  c begins write 3: term 3, vote b
> persist a c
  a has write 4 on disk
  a → b  vote for term 3: yes
  c has write 3 on disk
  c → b  vote for term 3: yes
> deliver >b
  b leads term 3
  b → a  heartbeat round 1, commit 0 [term 3]
  b → c  heartbeat round 1, commit 0 [term 3]
  b → a  append 4/3 no-op after 3/2, commit 2 [term 3]
  b → c  append 4/3 no-op after 3/2, commit 2 [term 3]
  b begins write 5: 4/3 no-op
> settle
  c follows b in term 3
  a follows b in term 3
  b may control
> state
  a follows b in term 3; last 4, durable 4, commit 4, applied 4
  b leads term 3; last 4, durable 4, commit 4, applied 4; a has 4, c has 4
  c follows b in term 3; last 4, durable 4, commit 4, applied 4
