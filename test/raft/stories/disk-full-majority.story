# With a majority of the disks full a leader leads on for those who read, since no other could commit its no-op (raft.md, disk trouble; T4)

> peers a b c
> elect a
  a leads term 2
> run 100
> full b
> run 100
> full a
> run 2000
> propose a x
  a refuses x: BUSY
> change a add d
  a refuses the change: TRANSFERRING
> read b 1
  b → a  read #1? [term 2]
> settle
  b confirms read 1 as of 2
> state
  a leads term 2; last 2, durable 2, commit 2, applied 2; b has 2, c has 2
  b follows a in term 2; last 2, durable 2, commit 2, applied 2
  c follows a in term 2; last 2, durable 2, commit 2, applied 2

b has room: a hands over to c or b, and writes go on.

> room b
> run 300
  a may control no more
  b is candidate in term 3
  a follows nobody in term 3
  c follows nobody in term 3
  b leads term 3
  a follows b in term 3
  c follows b in term 3
  b may control
> state
  a follows b in term 3; last 2, durable 2, commit 2, applied 2
  b leads term 3; last 3, durable 3, commit 3, applied 3; a has 2, c has 3
  c follows b in term 3; last 3, durable 3, commit 3, applied 3
