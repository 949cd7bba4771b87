# A leader whose disk hangs hands over without it (raft.md, leader; hashicorp/raft #503)

> peers a b c
> elect a
  a leads term 2
> run 20
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2

a's write of x does not end. b and c have it, so x is committed, and one of them can take over.

> stabilize b c
> deliver a>
  b begins write 3: 3/2 x
  c begins write 3: 3/2 x
> persist b c
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]
  c has write 3 on disk
  c → a  accepted up to 3 [term 2]
> deliver >a
  a commits up to 3
  a → b  heartbeat round 1, commit 3 [term 2]
  a → c  heartbeat round 1, commit 3 [term 2]
> hang a
  a may control no more
  a → b  campaign now [term 2]
> deliver a>b timeouts
  b is candidate in term 3
  b begins write 4: term 3, vote b
> settle b c
  c follows nobody in term 3
  b leads term 3
  c follows b in term 3
  b may control
> state
  a leads term 2; last 3, durable 2, commit 3, applied 2; b has 3, c has 3
  b leads term 3; last 4, durable 4, commit 4, applied 4; a has 0, c has 4
  c follows b in term 3; last 4, durable 4, commit 4, applied 4
> deliver >a
  a follows nobody in term 3
  a follows b in term 3
> state a
  a follows b in term 3; last 4, durable 2, commit 3, applied 2
