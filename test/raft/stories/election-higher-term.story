# A candidate gives way to the leader of its own term, and anyone to a higher one (§3.4)

a has b's pre-vote and asks for votes in term 2, but nothing of that arrives.

> peers a b c
> tick 500 b c
> campaign a
  a is pre-candidate in term 1
  a → b  pre-vote for term 2? my log ends at 1/1
  a → c  pre-vote for term 2? my log ends at 1/1
> deliver a>b
  b → a  pre-vote for term 2: yes
> deliver b>a
  a is candidate in term 2
  a begins write 1: term 2, vote a
> drop
> persist a
  a has write 1 on disk
  a → b  vote for term 2? my log ends at 1/1
  a → c  vote for term 2? my log ends at 1/1
> drop

Meanwhile c wins the same term with b's vote. a follows it at its first message.

> campaign c
  c is pre-candidate in term 1
  c → a  pre-vote for term 2? my log ends at 1/1
  c → b  pre-vote for term 2? my log ends at 1/1
> settle b c
  c is candidate in term 2
  b follows nobody in term 2
  c leads term 2
  b follows c in term 2
  c may control
> deliver c>a
  a follows c in term 2
  a → c  pre-vote: no, it is term 2
  a → c  vote for term 2: no
  a → c  heard round 1 [term 2]
  a begins write 2: 2/2 no-op

c sleeps for a while, and b wins term 3. c leads no more when it hears of that.

> settle
> cut c
> elect b
  b leads term 3
> heal
> run 100
  c follows nobody in term 3
  c follows b in term 3
> state
  a follows b in term 3; last 3, durable 3, commit 3, applied 3
  b leads term 3; last 3, durable 3, commit 3, applied 3; a has 3, c has 3
  c follows b in term 3; last 3, durable 3, commit 3, applied 3
