# A log that holds the last entry of a snapshot keeps the entries behind it: they may be acknowledged (§5.1; Z2)

> peer a among=a,b,c log=2,2,2 base=4
> peer b among=a,b,c log=2,2,2
> peer c among=a,b,c term=2
> hold a c
> elect a bare
  a leads term 3
> deliver a>c appends
  c follows a in term 3
  c → a  rejected after 4, try 1/1 [term 3]
> persist c
> deliver c>a appends
  a asks for a snapshot of at least 4 for c

Before the snapshot is there, b leads. It does not know yet what is committed, nor does c, which takes in its log.

> cut a
> elect b bare
  b leads term 4
> deliver b>c appends
  c follows b in term 4
  c → b  rejected after 4, try 1/1 [term 4]
> deliver c>b appends
  b → c  append 2/2, 3/2, 4/2, 5/4 no-op after 1/1, commit 0 [term 4]
> deliver b>c appends
  c begins write 3: 2/2, 3/2, 4/2, 5/4 no-op
> persist c
  c has write 3 on disk
  c → b  accepted up to 5 [term 4]

c has acknowledged 5/4, so that it may be committed: it keeps that, and learns from the snapshot that 4/2 is.

> heal
> send a c
  c has received the state up to 4/2
  c commits up to 4
  c drops the state up to 4/2
  c applies 1/1 genesis, 2/2, 3/2, 4/2
> state c
  c follows b in term 4; last 5, durable 5, commit 4, applied 4
> disk c
  c term 4, vote b; 1/1 genesis, 2/2, 3/2, 4/2, 5/4 no-op
> deliver c>b
  b commits up to 5
  b → c  heartbeat round 1, commit 5 [term 4]
  b applies 1/1 genesis, 2/2, 3/2, 4/2, 5/4 no-op
> state b
  b leads term 4; last 5, durable 5, commit 5, applied 5; a has 0, c has 5
