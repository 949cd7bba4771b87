# A restart from a log that begins behind a base, with entries or without (§5.1)

> peer a among=a,b,c log=2,2,2 base=4
> peer b among=a,b,c log=2,2,2,3,3 base=3
> peer c among=a,b,c log=2,2,2 base=2 applied=3
> state
  a follows nobody in term 2; base 4, last 4, durable 4, commit 4, applied 4
  b follows nobody in term 3; base 3, last 6, durable 6, commit 3, applied 3
  c follows nobody in term 2; base 2, last 4, durable 4, commit 3, applied 3
> disk
  a term 2, vote for nobody; behind 4/2: nothing
  b term 3, vote for nobody; behind 3/2: 4/2, 5/3, 6/3
  c term 2, vote for nobody; behind 2/2: 3/2, 4/2

The three logs begin at different places, and agree behind the highest of them.

> cut c
> elect b
  b leads term 4
> heal
> run 100
  c follows b in term 4
> state
  a follows b in term 4; base 4, last 7, durable 7, commit 7, applied 7
  b leads term 4; base 3, last 7, durable 7, commit 7, applied 7; a has 7, c has 7
  c follows b in term 4; base 2, last 7, durable 7, commit 7, applied 7

c cuts off all that it has. Everyone starts again; c leads with a log that is empty but for its own no-op.

> compact c 7
> crash c
> restart c
  c follows nobody in term 4
> crash b
> restart b tail=1
  b follows nobody in term 4
> crash a
> restart a
  a follows nobody in term 4
> disk
  a term 4, vote b; behind 4/2: 5/3, 6/3, 7/4 no-op
  b term 4, vote b; behind 3/2: 4/2, 5/3, 6/3, 7/4 no-op
  c term 4, vote for nobody; behind 7/4: nothing
> elect c
  c leads term 5
> run 100
> state
  a follows c in term 5; base 4, last 8, durable 8, commit 8, applied 8
  b follows c in term 5; base 3, last 8, durable 8, commit 8, applied 8
  c leads term 5; base 7, last 8, durable 8, commit 8, applied 8; a has 8, b has 8
