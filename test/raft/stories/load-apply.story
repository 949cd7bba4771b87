# After a restart committed entries are read from disk to be applied, a part at a time (R7; B1)

a starts with its last entry in memory, and a state that holds entry 2.

> peer a among=a,b,c log=2,2,2,2,2 tail=1 applied=2
> peer b among=a,b,c log=2,2,2,2,2
> peer c among=a,b,c log=2,2,2,2,2
> cut a
> elect b
  b leads term 3
> heal
> tick 100 b
  b → a  heartbeat round 2, commit 0 [term 3]
  b → c  heartbeat round 2, commit 7 [term 3]
> deliver b>a
  a follows b in term 3
  a begins write 1: term 3, vote for nobody
> persist a
  a has write 1 on disk
  a → b  heard round 2 [term 3]
> stabilize a b
  b → a  append nothing after 6/2, commit 7 [term 3]
  a commits up to 6
  a → b  accepted up to 6 [term 3]
  a loads entries 3 to 5 to apply them
  a applies 3/2, 4/2
  a loads entries 5 to 5 to apply them
  b → a  append 7/3 no-op after 6/2, commit 7 [term 3]
  a applies 5/2
  a applies 6/2
  a commits up to 7
  a begins write 2: 7/3 no-op
  a has write 2 on disk
  a → b  accepted up to 7 [term 3]
  a applies 7/3 no-op
> state a
  a follows b in term 3; last 7, durable 7, commit 7, applied 7
