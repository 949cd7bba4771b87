# Voters change while one of them is sent a snapshot: the others decide, and it learns of that afterwards (§4.3, §5.1)

> peers a b c
> peer d among=a,b,c
> elect a
  a leads term 2
> run 100
> cut c
> propose a x y
  a → b  append 3/2 x, 4/2 y after 2/2, commit 2 [term 2]
  a → c  append 3/2 x, 4/2 y after 2/2, commit 2 [term 2]  (lost)
  a begins write 3: 3/2 x, 4/2 y
  a takes x as 3/2
  a takes y as 4/2
> run 600
> compact a 4
> heal
> hold a c
> tick 100 a
  a → b  heartbeat round 9, commit 4 [term 2]
  a → c  heartbeat round 9, commit 2 [term 2]
  a asks for a snapshot of at least 4 for c
> settle a b

c waits for its snapshot. d is added, catches up, and is made a voter: c is needed for none of that.

> change a add d
  a → b  append 5/2 [voters a b c, learner d to be a voter] after 4/2, commit 4 [term 2]
  a → d  append nothing after 5/2, commit 4 [term 2]
  a begins write 4: 5/2 [voters a b c, learner d to be a voter]
  a takes the change as 5/2
> run 200
  d follows a in term 2
> members
  a since 7: [voters a b c d]
  b since 7: [voters a b c d]
  c since 1: [voters a b c]
  d since 7: [voters a b c d]
> state a
  a leads term 2; base 4, last 7, durable 7, commit 7, applied 7; b has 7, c has 2 and needs a snapshot, d has 7

The snapshot knows nothing of the change: c is a voter among three by it, until the entries behind it arrive.

> send a c
  c has received the state up to 4/2
  c commits up to 4
  c begins write 3: begin behind 4/2 [voters a b c]
> members c
  c since 1: [voters a b c]
> persist c
  c has write 3 on disk
  c → a  accepted up to 4 [term 2]
> sent a c
  a hears that c has everything up to 4
  a → c  append 5/2 [voters a b c, learner d to be a voter], 6/2 [voters a b c d ⇐ a b c], 7/2 [voters a b c d] after 4/2, commit 7 [term 2]
> deliver a>c
  c commits up to 7
  c begins write 4: 5/2 [voters a b c, learner d to be a voter], 6/2 [voters a b c d ⇐ a b c], 7/2 [voters a b c d]
> members c
  c since 7: [voters a b c d]
> stabilize
  c has write 4 on disk
  c → a  accepted up to 7 [term 2]
  c applies 5/2 [voters a b c, learner d to be a voter], 6/2 [voters a b c d ⇐ a b c], 7/2 [voters a b c d]
> state a
  a leads term 2; base 4, last 7, durable 7, commit 7, applied 7; b has 7, c has 7, d has 7
