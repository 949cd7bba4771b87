# A vote counts once, however often it arrives (§3.4)

Of five peers three must agree. b's yes arrives twice and is still one.

> peers a b c d e
> tick 500 b c d e
> campaign a
  a is pre-candidate in term 1
  a → b  pre-vote for term 2? my log ends at 1/1
  a → c  pre-vote for term 2? my log ends at 1/1
  a → d  pre-vote for term 2? my log ends at 1/1
  a → e  pre-vote for term 2? my log ends at 1/1
> deliver a>b
  b → a  pre-vote for term 2: yes
> deliver a>c
  c → a  pre-vote for term 2: yes
> deliver >a
  a is candidate in term 2
  a begins write 1: term 2, vote a
> drop votes
> persist a
  a has write 1 on disk
  a → b  vote for term 2? my log ends at 1/1
  a → c  vote for term 2? my log ends at 1/1
  a → d  vote for term 2? my log ends at 1/1
  a → e  vote for term 2? my log ends at 1/1
> deliver a>b
  b follows nobody in term 2
  b begins write 1: term 2, vote a
> persist b
  b has write 1 on disk
  b → a  vote for term 2: yes
> deliver b>a twice
> state a
  a is candidate in term 2; last 1, durable 1, commit 0, applied 0
> deliver a>c
  c follows nobody in term 2
  c begins write 1: term 2, vote a
> persist c
  c has write 1 on disk
  c → a  vote for term 2: yes
> deliver c>a
  a leads term 2
  a → b  heartbeat round 1, commit 0 [term 2]
  a → c  heartbeat round 1, commit 0 [term 2]
  a → d  heartbeat round 1, commit 0 [term 2]
  a → e  heartbeat round 1, commit 0 [term 2]
  a → b  append 2/2 no-op after 1/1, commit 0 [term 2]
  a → c  append 2/2 no-op after 1/1, commit 0 [term 2]
  a → d  append 2/2 no-op after 1/1, commit 0 [term 2]
  a → e  append 2/2 no-op after 1/1, commit 0 [term 2]
  a begins write 2: 2/2 no-op
> state a
  a leads term 2; last 2, durable 1, commit 0, applied 0; b has 0, c has 0, d has 0, e has 0
