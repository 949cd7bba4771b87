# A leader that one of two followers answers goes on leading (§6.2)

> peers a b c
> elect a
  a leads term 2
> crash c
> run 3000
> state
  a leads term 2; last 2, durable 2, commit 2, applied 2; b has 2, c has 2
  b follows a in term 2; last 2, durable 2, commit 2, applied 2
