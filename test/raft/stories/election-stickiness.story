# Whoever hears a leader gives no vote to another, and does not take over its term (§4.2.3)

> peers a b c
> elect a
  a leads term 2
> run 200

c is cut off, comes to believe that a is gone, and is connected again before a's next heartbeat.

> cut c
> campaign c
  c is pre-candidate in term 2
  c → a  pre-vote for term 3? my log ends at 2/2  (lost)
  c → b  pre-vote for term 3? my log ends at 2/2  (lost)
> heal
> campaign c
  c → a  pre-vote for term 3? my log ends at 2/2
  c → b  pre-vote for term 3? my log ends at 2/2
> deliver >a
> deliver >b

Nobody answers: a leads, and b has just heard it. The next heartbeat brings c back.

> run 100
  c follows a in term 2
> state
  a leads term 2; last 2, durable 2, commit 2, applied 2; b has 2, c has 2
  b follows a in term 2; last 2, durable 2, commit 2, applied 2
  c follows a in term 2; last 2, durable 2, commit 2, applied 2
