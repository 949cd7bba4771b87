# After a partition the old leader follows the new one; nothing acknowledged is lost (§5)

> peers a b c
> elect a
  a leads term 2
> propose a before
  a → b  append 3/2 before after 2/2, commit 2 [term 2]
  a → c  append 3/2 before after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 before
  a takes before as 3/2
> settle
> cut a
> propose a lost
  a → b  append 4/2 lost after 3/2, commit 3 [term 2]  (lost)
  a → c  append 4/2 lost after 3/2, commit 3 [term 2]  (lost)
  a begins write 4: 4/2 lost
  a takes lost as 4/2
> elect b
  b leads term 3
> propose b after
  b → c  append 5/3 after after 4/3, commit 4 [term 3]
  b begins write 6: 5/3 after
  b takes after as 5/3
> settle
> state
  a leads term 2; last 4, durable 4, commit 3, applied 3; b has 3, c has 3
  b leads term 3; last 5, durable 5, commit 5, applied 5; a has 0, c has 5
  c follows b in term 3; last 5, durable 5, commit 5, applied 5
> heal
> run 200
  a follows nobody in term 3
  a follows b in term 3
> state
  a follows b in term 3; last 5, durable 5, commit 5, applied 5
  b leads term 3; last 5, durable 5, commit 5, applied 5; a has 5, c has 5
  c follows b in term 3; last 5, durable 5, commit 5, applied 5
> disk
  a term 3, vote for nobody; 1/1 genesis, 2/2 no-op, 3/2 before, 4/3 no-op, 5/3 after
  b term 3, vote b; 1/1 genesis, 2/2 no-op, 3/2 before, 4/3 no-op, 5/3 after
  c term 3, vote b; 1/1 genesis, 2/2 no-op, 3/2 before, 4/3 no-op, 5/3 after
