# A learner holds the log but neither votes nor counts (§4.2.1)

> peers a b c
> elect a
  a leads term 2
> peer d among=a,b,c
> change a add d learner
  a → b  append 3/2 [voters a b c, learner d] after 2/2, commit 2 [term 2]
  a → c  append 3/2 [voters a b c, learner d] after 2/2, commit 2 [term 2]
  a → d  append nothing after 3/2, commit 2 [term 2]
  a begins write 3: 3/2 [voters a b c, learner d]
  a takes the change as 3/2
> settle
  d follows a in term 2
> members d
  d since 3: [voters a b c, learner d]

Two voters are gone. What a and d hold is not committed: they are not a majority of the voters.

> crash b
> crash c
> propose a x
  a → b  append 4/2 x after 3/2, commit 3 [term 2]
  a → c  append 4/2 x after 3/2, commit 3 [term 2]
  a → d  append 4/2 x after 3/2, commit 3 [term 2]
  a begins write 4: 4/2 x
  a takes x as 4/2
> settle a d
> state
  a leads term 2; last 4, durable 4, commit 3, applied 3; b has 3, c has 3, d has 4
  d follows a in term 2; last 4, durable 4, commit 3, applied 3

Nor does d campaign when a is gone as well.

> crash a
> run 3000
> state
  d follows a in term 2; last 4, durable 4, commit 3, applied 3
