# A split vote elects nobody, and the next time-out decides (§3.4)

b and c campaign at the same moment; a is down. Each gets the other's pre-vote, and gives its own vote to itself.

> peers a b c
> crash a
> tick 500 b c
> campaign b
  b is pre-candidate in term 1
  b → a  pre-vote for term 2? my log ends at 1/1
  b → c  pre-vote for term 2? my log ends at 1/1
> campaign c
  c is pre-candidate in term 1
  c → a  pre-vote for term 2? my log ends at 1/1
  c → b  pre-vote for term 2? my log ends at 1/1
> deliver votes
  c → b  pre-vote for term 2: yes
  b → c  pre-vote for term 2: yes
> deliver votes
  b is candidate in term 2
  b begins write 1: term 2, vote b
  c is candidate in term 2
  c begins write 1: term 2, vote c
> persist
  b has write 1 on disk
  b → a  vote for term 2? my log ends at 1/1
  b → c  vote for term 2? my log ends at 1/1
  c has write 1 on disk
  c → a  vote for term 2? my log ends at 1/1
  c → b  vote for term 2? my log ends at 1/1
> deliver votes
  c → b  vote for term 2: no
  b → c  vote for term 2: no
> persist
> deliver votes

Nobody won. c's time-out is the first to pass again; it wins term 3.

> campaign c
  c is pre-candidate in term 2
  c → a  pre-vote for term 3? my log ends at 1/1
  c → b  pre-vote for term 3? my log ends at 1/1
> settle
  c is candidate in term 3
  b follows nobody in term 3
  c leads term 3
  b follows c in term 3
  c may control
> state
  b follows c in term 3; last 2, durable 2, commit 2, applied 2
  c leads term 3; last 2, durable 2, commit 2, applied 2; a has 0, b has 2
