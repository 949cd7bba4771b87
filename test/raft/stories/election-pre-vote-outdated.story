# A peer whose log is behind raises no terms by asking (§9.6)

c was away while a and b went on. Back again, it asks for pre-votes, for as long as nobody leads.

> peer a among=a,b,c log=2,2
> peer b among=a,b,c log=2,2
> peer c among=a,b,c term=2
> tick 500 a b
> campaign c
  c is pre-candidate in term 2
  c → a  pre-vote for term 3? my log ends at 1/1
  c → b  pre-vote for term 3? my log ends at 1/1
> deliver
  a → c  pre-vote: no, it is term 2
  b → c  pre-vote: no, it is term 2
> deliver
  c follows nobody in term 2
> state
  a follows nobody in term 2; last 3, durable 3, commit 0, applied 0
  b follows nobody in term 2; last 3, durable 3, commit 0, applied 0
  c follows nobody in term 2; last 1, durable 1, commit 0, applied 0

Two noes: c follows nobody, still in term 2. In time a peer with the longer log asks, and is elected.

> run 600
  a is pre-candidate in term 2
  a is candidate in term 3
  b follows nobody in term 3
  c follows nobody in term 3
  a leads term 3
  b follows a in term 3
  c follows a in term 3
  a may control
> state
  a leads term 3; last 4, durable 4, commit 4, applied 4; b has 4, c has 4
  b follows a in term 3; last 4, durable 4, commit 4, applied 4
  c follows a in term 3; last 4, durable 4, commit 4, applied 4
