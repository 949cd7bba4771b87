# A peer that was cut off for long disturbs nobody when it is back (§9.6, §4.2.3)

> peers a b c
> elect a
  a leads term 2
> cut c
> run 5000
  c is pre-candidate in term 2
> heal
> run 200
  c follows a in term 2
> state
  a leads term 2; last 2, durable 2, commit 2, applied 2; b has 2, c has 2
  b follows a in term 2; last 2, durable 2, commit 2, applied 2
  c follows a in term 2; last 2, durable 2, commit 2, applied 2
