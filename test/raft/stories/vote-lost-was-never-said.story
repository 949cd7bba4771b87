# A vote that a crash took away was never said (R1)

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
> persist a
  a has write 1 on disk
  a → b  vote for term 2? my log ends at 1/1
  a → c  vote for term 2? my log ends at 1/1
> deliver a>b
  b follows nobody in term 2
  b begins write 1: term 2, vote a

b's vote is on its way to the disk; the answer waits for it. The power goes, and the write is lost.

> crash b
> restart b
  b follows nobody in term 1
> network
  a → c  pre-vote for term 2? my log ends at 1/1
  a → c  vote for term 2? my log ends at 1/1

b knows nothing of term 2 and may vote for c.

> crash a
> tick 500 b
> drop
> campaign c
  c is pre-candidate in term 1
  c → a  pre-vote for term 2? my log ends at 1/1
  c → b  pre-vote for term 2? my log ends at 1/1
> settle
  c is candidate in term 2
  b follows nobody in term 2
  c leads term 2
  b follows c in term 2
  c may control
> state b c
  b follows c in term 2; last 2, durable 2, commit 2, applied 2
  c leads term 2; last 2, durable 2, commit 2, applied 2; a has 0, b has 2
