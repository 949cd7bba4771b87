# A deposed leader's unfinished entries make room, and their clients learn it (§5.3, R8)

> peers a b c
> elect a
  a leads term 2
> cut a
> propose a lost-1 lost-2
  a → b  append 3/2 lost-1, 4/2 lost-2 after 2/2, commit 2 [term 2]  (lost)
  a → c  append 3/2 lost-1, 4/2 lost-2 after 2/2, commit 2 [term 2]  (lost)
  a begins write 3: 3/2 lost-1, 4/2 lost-2
  a takes lost-1 as 3/2
  a takes lost-2 as 4/2
> persist a
  a has write 3 on disk
> elect b
  b leads term 3
> propose b kept
  b → c  append 4/3 kept after 3/3, commit 3 [term 3]
  b begins write 5: 4/3 kept
  b takes kept as 4/3
> settle
> disk
  a term 2, vote a; 1/1 genesis, 2/2 no-op, 3/2 lost-1, 4/2 lost-2
  b term 3, vote b; 1/1 genesis, 2/2 no-op, 3/3 no-op, 4/3 kept
  c term 3, vote b; 1/1 genesis, 2/2 no-op, 3/3 no-op, 4/3 kept
> heal
> run 100
  a follows nobody in term 3
  a follows b in term 3

Index 3 holds an entry of another term now: whoever waits for lost-1 as 3/2 knows that it never will be applied.

> disk a
  a term 3, vote for nobody; 1/1 genesis, 2/2 no-op, 3/3 no-op, 4/3 kept
