# Votes are asked for only when the term, the own vote and the log they boast of are on disk (R2, R3)

> peers a b c
> elect b
  b leads term 2

a is still writing x when b dies and a wins the pre-vote.

> propose b x
  b → a  append 3/2 x after 2/2, commit 2 [term 2]
  b → c  append 3/2 x after 2/2, commit 2 [term 2]
  b begins write 3: 3/2 x
  b takes x as 3/2
> deliver b>a
  a begins write 3: 3/2 x
> deliver b>c
  c begins write 3: 3/2 x
> persist c
  c has write 3 on disk
  c → b  accepted up to 3 [term 2]
> crash b
> tick 520 c
> campaign a
  a is pre-candidate in term 2
  a → b  pre-vote for term 3? my log ends at 3/2
  a → c  pre-vote for term 3? my log ends at 3/2
> deliver a>c
  c → a  pre-vote for term 3: yes
> deliver c>a
  a is candidate in term 3

a's request would say that its log ends at 3/2, and its disk does not hold that yet. Two writes later it is asked for.

> persist a
  a has write 3 on disk
  a begins write 4: term 3, vote a
> persist a
  a has write 4 on disk
  a → b  vote for term 3? my log ends at 3/2
  a → c  vote for term 3? my log ends at 3/2
> deliver a>c
  c follows nobody in term 3
  c begins write 4: term 3, vote a
> persist c
  c has write 4 on disk
  c → a  vote for term 3: yes
> deliver c>a
  a leads term 3
  a → b  heartbeat round 1, commit 0 [term 3]
  a → c  heartbeat round 1, commit 0 [term 3]
  a → b  append 4/3 no-op after 3/2, commit 2 [term 3]
  a → c  append 4/3 no-op after 3/2, commit 2 [term 3]
  a begins write 5: 4/3 no-op
