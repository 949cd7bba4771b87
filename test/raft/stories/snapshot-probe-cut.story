# Entries are cut off while a follower is still looked for behind them, or while they are read for it (§5.3; R9, S5)

> peer a among=a,b,c log=2,2,2,2,2 tail=1 applied=5
> peer b among=a,b,c log=2,2
> peer c among=a,b,c log=2,2,2,2,2
> cut b
> elect a
  a leads term 3
> heal
> hold a b
> tick 100 a
  a → b  heartbeat round 2, commit 0 [term 3]
  a → c  heartbeat round 2, commit 7 [term 3]
> deliver a>b
  b follows a in term 3
  b begins write 1: term 3, vote for nobody
> persist b
  b has write 1 on disk
  b → a  heard round 2 [term 3]
> deliver b>a
  a → b  append nothing after 6/2, commit 7 [term 3]
> deliver a>b
  b → a  rejected after 6, try 3/2 [term 3]
> deliver b>a
  a loads entries 4 to 5 for b

a is reading what b needs when that is cut off: the answer is empty, and b is sent a snapshot.

> compact a 4
> load a
  a asks for a snapshot of at least 4 for b
> state a
  a leads term 3; base 4, last 7, durable 7, commit 7, applied 7; b has 0 and needs a snapshot, c has 7
> send a b
  b has received the state up to 7/3
  b commits up to 7
  b begins write 2: begin behind 7/3 [voters a b c]
> settle
> state
  a leads term 3; base 4, last 7, durable 7, commit 7, applied 7; b has 7, c has 7
  b follows a in term 3; base 7, last 7, durable 7, commit 7, applied 7
  c follows a in term 3; last 7, durable 7, commit 7, applied 7
