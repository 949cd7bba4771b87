# A snapshot brings its own configuration: what the log said, committed or not, is replaced (§4.1, §5.1; openraft #1808)

> peers a b c
> elect c
  c leads term 2
> run 100
> cut c
> change c remove b
  c → a  append 3/2 [voters a c ⇐ a b c] after 2/2, commit 2 [term 2]  (lost)
  c → b  append 3/2 [voters a c ⇐ a b c] after 2/2, commit 2 [term 2]  (lost)
  c begins write 3: 3/2 [voters a c ⇐ a b c]
  c takes the change as 3/2
> persist c
  c has write 3 on disk
> members c
  c since 3: [voters a c ⇐ a b c]

Nobody else has heard of that. a and b elect a, and go on; a cuts its log.

> elect a
  a leads term 3
> propose a x y
  a → b  append 4/3 x, 5/3 y after 3/3, commit 3 [term 3]
  a begins write 5: 4/3 x, 5/3 y
  a takes x as 4/3
  a takes y as 5/3
> settle a b
> compact a 5
> heal
> run 100
  c follows nobody in term 3
  c follows a in term 3
> members c
  c since 1: [voters a b c]
> state
  a leads term 3; base 5, last 5, durable 5, commit 5, applied 5; b has 5, c has 5
  b follows a in term 3; last 5, durable 5, commit 5, applied 5
  c follows a in term 3; base 5, last 5, durable 5, commit 5, applied 5
> disk c
  c term 3, vote for nobody; behind 5/3: nothing
