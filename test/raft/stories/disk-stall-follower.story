# A peer whose disk hangs does not campaign until it works again (raft.md, leader)

> peers a b c
> elect a
  a leads term 2
> run 20
> propose a x
  a → b  append 3/2 x after 2/2, commit 2 [term 2]
  a → c  append 3/2 x after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 x
  a takes x as 3/2
> deliver a>b
  b begins write 3: 3/2 x
> hang b
> crash a
> wait 1500 b
> state b
  b follows a in term 2; last 3, durable 2, commit 2, applied 2
> persist b
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]
> campaign b
  b is pre-candidate in term 2
  b → a  pre-vote for term 3? my log ends at 3/2
  b → c  pre-vote for term 3? my log ends at 3/2
