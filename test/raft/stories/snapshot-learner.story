# A learner that needs what was cut off catches up by a snapshot, and is promoted (§4.2.1, §5.1)

> peers a b c
> peer d among=a,b,c
> elect a
  a leads term 2
> propose a x y z
  a → b  append 3/2 x, 4/2 y, 5/2 z after 2/2, commit 2 [term 2]
  a → c  append 3/2 x, 4/2 y, 5/2 z after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x, 4/2 y, 5/2 z
  a takes x as 3/2
  a takes y as 4/2
  a takes z as 5/2
> run 100
> compact a 5
> hold a d
> change a add d
  a → b  append 6/2 [voters a b c, learner d to be a voter] after 5/2, commit 5 [term 2]
  a → c  append 6/2 [voters a b c, learner d to be a voter] after 5/2, commit 5 [term 2]
  a → d  append nothing after 6/2, commit 5 [term 2]
  a begins write 4: 6/2 [voters a b c, learner d to be a voter]
  a takes the change as 6/2
> settle
  d follows a in term 2
> tick 100 a
  a → b  heartbeat round 3, commit 6 [term 2]
  a → c  heartbeat round 3, commit 6 [term 2]
  a → d  heartbeat round 3, commit 0 [term 2]
> settle
> state a
  a leads term 2; base 5, last 6, durable 6, commit 6, applied 6; b has 6, c has 6, d has 0 and needs a snapshot

d does not count, and is not promoted, before it holds what was committed.

> send a d
  d has received the state up to 5/2
  d commits up to 5
  d begins write 2: begin behind 5/2 [voters a b c]
> persist d
  d has write 2 on disk
  d → a  accepted up to 5 [term 2]
> members d
  d since 1: [voters a b c]
> sent a d
  a hears that d has everything up to 5
  a → d  append 6/2 [voters a b c, learner d to be a voter] after 5/2, commit 6 [term 2]
> settle
> run 200
> members
  a since 8: [voters a b c d]
  b since 8: [voters a b c d]
  c since 8: [voters a b c d]
  d since 8: [voters a b c d]
> state a
  a leads term 2; base 5, last 8, durable 8, commit 8, applied 8; b has 8, c has 8, d has 8
