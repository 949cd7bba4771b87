# A change that its own voters could not commit is refused (raft.md, membership; J4)

b is down. Without c, a would need b for everything, the change itself included.

> peers a b c
> elect a
  a leads term 2
> crash b
> run 1500
> change a remove c
  a refuses the change: QUORUM_AT_RISK
> change a remove b
  a → b  append 3/2 [voters a c ⇐ a b c] after 2/2, commit 2 [term 2]
  a → c  append 3/2 [voters a c ⇐ a b c] after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 [voters a c ⇐ a b c]
  a takes the change as 3/2
> settle
> members
  a since 4: [voters a c, removed b]
  c since 4: [voters a c, removed b]
> state a
  a leads term 2; last 4, durable 4, commit 4, applied 4; b has 2, c has 4
