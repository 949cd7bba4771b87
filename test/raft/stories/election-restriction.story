# Only a log that holds everything acknowledged is voted for (§5.4.1)

a's log is longer, b's ends in a later term: b's is the one that could hold more acknowledged entries.

> peer a among=a,b,c log=2,2,2,2 term=3
> peer b among=a,b,c log=2,3 term=3
> peer c among=a,b,c log=2,3 term=3
> tick 500 b c
> campaign a
  a is pre-candidate in term 3
  a → b  pre-vote for term 4? my log ends at 5/2
  a → c  pre-vote for term 4? my log ends at 5/2
> stabilize
  b → a  pre-vote: no, it is term 3
  c → a  pre-vote: no, it is term 3
  a follows nobody in term 3
> campaign b
  b is pre-candidate in term 3
  b → a  pre-vote for term 4? my log ends at 3/3
  b → c  pre-vote for term 4? my log ends at 3/3
> settle
  b is candidate in term 4
  a follows nobody in term 4
  c follows nobody in term 4
  b leads term 4
  a follows b in term 4
  c follows b in term 4
  b may control

b leads, and a's entries 3/2 to 5/2, which no quorum held, make room for b's.

> disk
  a term 4, vote b; 1/1 genesis, 2/2, 3/3, 4/4 no-op
  b term 4, vote b; 1/1 genesis, 2/2, 3/3, 4/4 no-op
  c term 4, vote b; 1/1 genesis, 2/2, 3/3, 4/4 no-op
