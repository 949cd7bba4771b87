# A peer joins as a learner, catches up, and is made a voter by the leader, through a joint configuration (§4.2.1, §4.3)

> peers a b c
> elect a
  a leads term 2
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> settle
> peer d among=a,b,c
> change a add d
  a → b  append 4/2 [voters a b c, learner d to be a voter] after 3/2, commit 3 [term 2]
  a → c  append 4/2 [voters a b c, learner d to be a voter] after 3/2, commit 3 [term 2]
  a → d  append nothing after 4/2, commit 3 [term 2]
  a begins write 4: 4/2 [voters a b c, learner d to be a voter]
  a takes the change as 4/2

The configuration is in effect where it is appended, before it is committed (§4.1). a sends to d at once. d's log holds
genesis, and by that d is no member.

> members
  a since 4: [voters a b c, learner d to be a voter]
  b since 1: [voters a b c]
  c since 1: [voters a b c]
  d since 1: [voters a b c]
> persist a
  a has write 4 on disk
> deliver
  b begins write 4: 4/2 [voters a b c, learner d to be a voter]
  c begins write 4: 4/2 [voters a b c, learner d to be a voter]
  d follows a in term 2
  d begins write 1: term 2, vote for nobody
> persist
  b has write 4 on disk
  b → a  accepted up to 4 [term 2]
  c has write 4 on disk
  c → a  accepted up to 4 [term 2]
  d has write 1 on disk
  d → a  rejected after 4, try 1/1 [term 2]
> deliver
  a commits up to 4
  a → d  append 2/2 no-op, 3/2 x, 4/2 [voters a b c, learner d to be a voter] after 1/1, commit 4 [term 2]
  a → b  heartbeat round 1, commit 4 [term 2]
  a → c  heartbeat round 1, commit 4 [term 2]
  a applies 4/2 [voters a b c, learner d to be a voter]
> persist
> deliver
  d commits up to 4
  d begins write 2: 2/2 no-op, 3/2 x, 4/2 [voters a b c, learner d to be a voter]
  d applies 1/1 genesis
  b commits up to 4
  b → a  heard round 1 [term 2]
  b applies 4/2 [voters a b c, learner d to be a voter]
  c commits up to 4
  c → a  heard round 1 [term 2]
  c applies 4/2 [voters a b c, learner d to be a voter]
> stabilize
  d has write 2 on disk
  d → a  accepted up to 4 [term 2]
  d applies 2/2 no-op, 3/2 x, 4/2 [voters a b c, learner d to be a voter]
> members
  a since 4: [voters a b c, learner d to be a voter]
  b since 4: [voters a b c, learner d to be a voter]
  c since 4: [voters a b c, learner d to be a voter]
  d since 4: [voters a b c, learner d to be a voter]

d has caught up; a sees that at a heartbeat, and d needs no other word.

> tick 100 a
  a → b  heartbeat round 2, commit 4 [term 2]
  a → c  heartbeat round 2, commit 4 [term 2]
  a → d  heartbeat round 2, commit 4 [term 2]
  a → b  append 5/2 [voters a b c d ⇐ a b c] after 4/2, commit 4 [term 2]
  a → c  append 5/2 [voters a b c d ⇐ a b c] after 4/2, commit 4 [term 2]
  a → d  append 5/2 [voters a b c d ⇐ a b c] after 4/2, commit 4 [term 2]
  a begins write 5: 5/2 [voters a b c d ⇐ a b c]
> stabilize
  a has write 5 on disk
  b → a  heard round 2 [term 2]
  b begins write 5: 5/2 [voters a b c d ⇐ a b c]
  c → a  heard round 2 [term 2]
  c begins write 5: 5/2 [voters a b c d ⇐ a b c]
  d → a  heard round 2 [term 2]
  d begins write 3: 5/2 [voters a b c d ⇐ a b c]
  b has write 5 on disk
  b → a  accepted up to 5 [term 2]
  c has write 5 on disk
  c → a  accepted up to 5 [term 2]
  d has write 3 on disk
  d → a  accepted up to 5 [term 2]
  a commits up to 5
  a → b  append 6/2 [voters a b c d] after 5/2, commit 5 [term 2]
  a → c  append 6/2 [voters a b c d] after 5/2, commit 5 [term 2]
  a → d  append 6/2 [voters a b c d] after 5/2, commit 5 [term 2]
  a begins write 6: 6/2 [voters a b c d]
  a applies 5/2 [voters a b c d ⇐ a b c]
  a has write 6 on disk
  b commits up to 5
  b begins write 6: 6/2 [voters a b c d]
  b applies 5/2 [voters a b c d ⇐ a b c]
  c commits up to 5
  c begins write 6: 6/2 [voters a b c d]
  c applies 5/2 [voters a b c d ⇐ a b c]
  d commits up to 5
  d begins write 4: 6/2 [voters a b c d]
  d applies 5/2 [voters a b c d ⇐ a b c]
  b has write 6 on disk
  b → a  accepted up to 6 [term 2]
  c has write 6 on disk
  c → a  accepted up to 6 [term 2]
  d has write 4 on disk
  d → a  accepted up to 6 [term 2]
  a commits up to 6
  a → b  heartbeat round 2, commit 6 [term 2]
  a → c  heartbeat round 2, commit 6 [term 2]
  a → d  heartbeat round 2, commit 6 [term 2]
  a applies 6/2 [voters a b c d]
  b commits up to 6
  b → a  heard round 2 [term 2]
  b applies 6/2 [voters a b c d]
  c commits up to 6
  c → a  heard round 2 [term 2]
  c applies 6/2 [voters a b c d]
  d commits up to 6
  d → a  heard round 2 [term 2]
  d applies 6/2 [voters a b c d]
> tick 100 a
  a → b  heartbeat round 3, commit 6 [term 2]
  a → c  heartbeat round 3, commit 6 [term 2]
  a → d  heartbeat round 3, commit 6 [term 2]
> stabilize
  b → a  heard round 3 [term 2]
  c → a  heard round 3 [term 2]
  d → a  heard round 3 [term 2]
> members
  a since 6: [voters a b c d]
  b since 6: [voters a b c d]
  c since 6: [voters a b c d]
  d since 6: [voters a b c d]
> state a
  a leads term 2; last 6, durable 6, commit 6, applied 6; b has 6, c has 6, d has 6
