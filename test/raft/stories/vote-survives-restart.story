# A vote that was given survives a crash: one vote a term (§5.2, R1)

Both a and c have b's pre-vote for term 2 and will ask for its vote in earnest.

> peers a b c
> tick 500 b
> campaign a
  a is pre-candidate in term 1
  a → b  pre-vote for term 2? my log ends at 1/1
  a → c  pre-vote for term 2? my log ends at 1/1
> campaign c
  c is pre-candidate in term 1
  c → a  pre-vote for term 2? my log ends at 1/1
  c → b  pre-vote for term 2? my log ends at 1/1
> deliver >b
  b → a  pre-vote for term 2: yes
  b → c  pre-vote for term 2: yes
> deliver >a
  a is candidate in term 2
  a → c  pre-vote for term 2: yes
  a begins write 1: term 2, vote a
> deliver >c
  c is candidate in term 2
  c → a  pre-vote for term 2: yes
  c begins write 1: term 2, vote c
> drop c>a
> persist
  a has write 1 on disk
  a → b  vote for term 2? my log ends at 1/1
  a → c  vote for term 2? my log ends at 1/1
  c has write 1 on disk
  c → a  vote for term 2? my log ends at 1/1
  c → b  vote for term 2? my log ends at 1/1
> drop a>c
> drop c>a

b votes for a, and crashes before the answer is out of the door.

> deliver a>b
  b follows nobody in term 2
  b begins write 1: term 2, vote a
> persist b
  b has write 1 on disk
  b → a  vote for term 2: yes
> drop b>a
> crash b
> restart b
  b follows nobody in term 2
> disk b
  b term 2, vote a; 1/1 genesis

The answer is lost, the vote is not: c gets none in this term.

> tick 500 b
> deliver c>b
  b → c  vote for term 2: no
> state b
  b follows nobody in term 2; last 1, durable 1, commit 0, applied 0
