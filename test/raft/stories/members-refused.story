# What may not be changed is refused with its reason, and nothing changes (§4.1; raft.md, membership)

> peers a b c
> change b add d
  b refuses the change: NOT_LEADER
> elect a
  a leads term 2
> run 100
> change a remove d
  a refuses the change: UNKNOWN_MEMBER
> change a add b
  a refuses the change: ALREADY_MEMBER
> change a promote b
  a refuses the change: ALREADY_MEMBER
> change a remove c basedOn=7
  a refuses the change: CONFIGURATION_MOVED

d is added, and does not answer yet.

> change a add d
  a → b  append 3/2 [voters a b c, learner d to be a voter] after 2/2, commit 2 [term 2]
  a → c  append 3/2 [voters a b c, learner d to be a voter] after 2/2, commit 2 [term 2]
  a → d  append nothing after 3/2, commit 2 [term 2]
  a begins write 3: 3/2 [voters a b c, learner d to be a voter]
  a takes the change as 3/2
> change a add e
  a refuses the change: CHANGE_IN_PROGRESS
> settle
> change a promote d
  a refuses the change: LAGGING
> change a remove d
  a → b  append 4/2 [voters a b c, removed d] after 3/2, commit 3 [term 2]
  a → c  append 4/2 [voters a b c, removed d] after 3/2, commit 3 [term 2]
  a begins write 4: 4/2 [voters a b c, removed d]
  a takes the change as 4/2
> settle

Once removed, a store stays out.

> change a add d
  a refuses the change: REMOVED
