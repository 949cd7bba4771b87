# A new disk takes the place of the old one: learner first, then by one joint change (§4.2.1; raft.md, identity and genesis)

c's disk was lost. c2 is another store, whatever its peer's name: it cannot know what c voted.

> peers a b c
> elect a
  a leads term 2
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> settle
> crash c
> peer c2 among=a,b,c
> change a replace c c2
  a → b  append 4/2 [voters a b c, learner c2 to be a voter for c] after 3/2, commit 3 [term 2]
  a → c  append 4/2 [voters a b c, learner c2 to be a voter for c] after 3/2, commit 3 [term 2]
  a → c2  append nothing after 4/2, commit 3 [term 2]
  a begins write 4: 4/2 [voters a b c, learner c2 to be a voter for c]
  a takes the change as 4/2
> settle
  c2 follows a in term 2
> members a
  a since 4: [voters a b c, learner c2 to be a voter for c]
> run 200
> members a
  a since 6: [voters a b c2, removed c]
> disk c2
  c2 term 2, vote for nobody; 1/1 genesis, 2/2 no-op, 3/2 x, 4/2 [voters a b c, learner c2 to be a voter for c], 5/2 [voters a b c2 ⇐ a b c], 6/2 [voters a b c2, removed c]
> state a
  a leads term 2; last 6, durable 6, commit 6, applied 6; b has 6, c has 3, c2 has 6
