# A joint configuration is left by whichever leader finds it committed (§4.3)

> peers a b c
> elect a
  a leads term 2
> run 100
> peer d among=a,b,c
> change a add d
  a → b  append 3/2 [voters a b c, learner d to be a voter] after 2/2, commit 2 [term 2]
  a → c  append 3/2 [voters a b c, learner d to be a voter] after 2/2, commit 2 [term 2]
  a → d  append nothing after 3/2, commit 2 [term 2]
  a begins write 3: 3/2 [voters a b c, learner d to be a voter]
  a takes the change as 3/2
> settle
  d follows a in term 2
> tick 100 a
  a → b  heartbeat round 3, commit 3 [term 2]
  a → c  heartbeat round 3, commit 3 [term 2]
  a → d  heartbeat round 3, commit 3 [term 2]
  a → b  append 4/2 [voters a b c d ⇐ a b c] after 3/2, commit 3 [term 2]
  a → c  append 4/2 [voters a b c d ⇐ a b c] after 3/2, commit 3 [term 2]
  a → d  append 4/2 [voters a b c d ⇐ a b c] after 3/2, commit 3 [term 2]
  a begins write 4: 4/2 [voters a b c d ⇐ a b c]

d's promotion reaches everybody; then a crashes, before it can leave the joint configuration.

> deliver a>
  b → a  heard round 3 [term 2]
  b begins write 4: 4/2 [voters a b c d ⇐ a b c]
  c → a  heard round 3 [term 2]
  c begins write 4: 4/2 [voters a b c d ⇐ a b c]
  d → a  heard round 3 [term 2]
  d begins write 3: 4/2 [voters a b c d ⇐ a b c]
> persist b c d
  b has write 4 on disk
  b → a  accepted up to 4 [term 2]
  c has write 4 on disk
  c → a  accepted up to 4 [term 2]
  d has write 3 on disk
  d → a  accepted up to 4 [term 2]
> crash a
> members
  b since 4: [voters a b c d ⇐ a b c]
  c since 4: [voters a b c d ⇐ a b c]
  d since 4: [voters a b c d ⇐ a b c]
> elect b
  b leads term 3
> run 200
> members
  b since 6: [voters a b c d]
  c since 6: [voters a b c d]
  d since 6: [voters a b c d]
