# A removed peer that did not hear of it disturbs nobody (§4.2.3)

> peers a b c
> elect a
  a leads term 2
> run 100
> cut a c
> change a remove c
  a → b  append 3/2 [voters a b ⇐ a b c] after 2/2, commit 2 [term 2]
  a → c  append 3/2 [voters a b ⇐ a b c] after 2/2, commit 2 [term 2]  (lost)
  a begins write 3: 3/2 [voters a b ⇐ a b c]
  a takes the change as 3/2
> settle
> members
  a since 4: [voters a b, removed c]
  b since 4: [voters a b, removed c]
  c since 1: [voters a b c]

c believes that it is a voter still, and asks b for its pre-vote again and again. b hears a too often to listen.

> run 3000
  c is pre-candidate in term 2
> state
  a leads term 2; last 4, durable 4, commit 4, applied 4; b has 4
  b follows a in term 2; last 4, durable 4, commit 4, applied 4
  c is pre-candidate in term 2; last 2, durable 2, commit 2, applied 2
