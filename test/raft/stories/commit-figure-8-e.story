# An entry of an old term is committed by one of the leader's own behind it (§5.4.2, figure 8 e)

As in 8 d, but the no-op of term 4 reaches b and c as well.

> peer a among=a,b,c,d,e log=2 term=3
> peer b among=a,b,c,d,e log=2 term=3
> peer c among=a,b,c,d,e term=3
> peer d among=a,b,c,d,e term=3
> peer e among=a,b,c,d,e log=3 term=3
> crash e
> crash d
> elect a
  a leads term 4
> state
  a leads term 4; last 3, durable 3, commit 3, applied 3; b has 3, c has 3, d has 0, e has 0
  b follows a in term 4; last 3, durable 3, commit 3, applied 3
  c follows a in term 4; last 3, durable 3, commit 3, applied 3

e cannot be elected any more: b and c have a later term at the end of their logs.

> crash a
> restart e
  e follows nobody in term 3
> restart d
  d follows nobody in term 3
> tick 520 b c d
> campaign e
  e is pre-candidate in term 3
  e → a  pre-vote for term 4? my log ends at 2/3
  e → b  pre-vote for term 4? my log ends at 2/3
  e → c  pre-vote for term 4? my log ends at 2/3
  e → d  pre-vote for term 4? my log ends at 2/3
> settle
  e follows nobody in term 4
> campaign e
  e is pre-candidate in term 4
  e → a  pre-vote for term 5? my log ends at 2/3
  e → b  pre-vote for term 5? my log ends at 2/3
  e → c  pre-vote for term 5? my log ends at 2/3
  e → d  pre-vote for term 5? my log ends at 2/3
> stabilize
  b → e  pre-vote: no, it is term 4
  c → e  pre-vote: no, it is term 4
  d → e  pre-vote for term 5: yes
