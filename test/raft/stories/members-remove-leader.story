# A leader that removes itself commits that without counting itself, and steps down (§4.2.2)

> peers a b c
> elect a
  a leads term 2
> run 100
> change a remove a
  a → b  append 3/2 [voters b c ⇐ a b c] after 2/2, commit 2 [term 2]
  a → c  append 3/2 [voters b c ⇐ a b c] after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 [voters b c ⇐ a b c]
  a takes the change as 3/2
> deliver >b
  b begins write 3: 3/2 [voters b c ⇐ a b c]
> persist b
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]

a and b hold the joint configuration. Of the old voters that is a majority, of the new ones it is not: c must have it too.

> persist a
  a has write 3 on disk
> deliver b>a
> state a
  a leads term 2; last 3, durable 3, commit 2, applied 2; b has 3, c has 2
> deliver >c
  c begins write 3: 3/2 [voters b c ⇐ a b c]
> persist c
  c has write 3 on disk
  c → a  accepted up to 3 [term 2]
> deliver >a
  a commits up to 3
  a → b  append 4/2 [voters b c, removed a] after 3/2, commit 3 [term 2]
  a → c  append 4/2 [voters b c, removed a] after 3/2, commit 3 [term 2]
  a begins write 4: 4/2 [voters b c, removed a]
  a applies 3/2 [voters b c ⇐ a b c]
> persist
  a has write 4 on disk
> stabilize
  b commits up to 3
  b begins write 4: 4/2 [voters b c, removed a]
  b applies 3/2 [voters b c ⇐ a b c]
  c commits up to 3
  c begins write 4: 4/2 [voters b c, removed a]
  c applies 3/2 [voters b c ⇐ a b c]
  b has write 4 on disk
  b → a  accepted up to 4 [term 2]
  c has write 4 on disk
  c → a  accepted up to 4 [term 2]
  a follows nobody in term 2
  a may control no more
  a commits up to 4
  a → b  heartbeat round 2, commit 4 [term 2]
  a → c  heartbeat round 2, commit 4 [term 2]
  a → b  campaign now [term 2]
  a applies 4/2 [voters b c, removed a]
  b commits up to 4
  b is candidate in term 3
  b → a  heard round 2 [term 2]
  b begins write 5: term 3, vote b
  b applies 4/2 [voters b c, removed a]
  c commits up to 4
  c → a  heard round 2 [term 2]
  c applies 4/2 [voters b c, removed a]
  b has write 5 on disk
  b → c  vote for term 3? the leader handed over, my log ends at 4/2
  c follows nobody in term 3
  c begins write 5: term 3, vote b
  c has write 5 on disk
  c → b  vote for term 3: yes
  b leads term 3
  b → c  heartbeat round 1, commit 0 [term 3]
  b → c  append 5/3 no-op after 4/2, commit 4 [term 3]
  b begins write 6: 5/3 no-op
  b has write 6 on disk
  c follows b in term 3
  c → b  heard round 1 [term 3]
  c begins write 6: 5/3 no-op
  c has write 6 on disk
  c → b  accepted up to 5 [term 3]
  b commits up to 5
  b → c  heartbeat round 1, commit 5 [term 3]
  b applies 5/3 no-op
  b may control
  c commits up to 5
  c → b  heard round 1 [term 3]
  c applies 5/3 no-op
> state
  a follows nobody in term 2; last 4, durable 4, commit 4, applied 4
  b leads term 3; last 5, durable 5, commit 5, applied 5; c has 5
  c follows b in term 3; last 5, durable 5, commit 5, applied 5

b leads at once, by a's last word; b and c go on as two. a is removed, and never campaigns again.

> run 1500
> state
  a follows nobody in term 2; last 4, durable 4, commit 4, applied 4
  b leads term 3; last 5, durable 5, commit 5, applied 5; c has 5
  c follows b in term 3; last 5, durable 5, commit 5, applied 5
> members
  a since 4: [voters b c, removed a]
  b since 4: [voters b c, removed a]
  c since 4: [voters b c, removed a]
