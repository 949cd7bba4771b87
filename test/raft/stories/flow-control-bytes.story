# At most so many bytes are under way to one follower, whatever the number of appends (raft.md, replication; P3)

An entry counts with 32 bytes beside its data. The window has 80, an append 40.

> peers a b c appendBytesMax=40 inflightBytesMax=80
> elect a
  a leads term 2
> cut a c
> propose a twelve-bytes 12-bytes-too and-12-again and-12-at-end
  a → b  append 3/2 twelve-bytes after 2/2, commit 2 [term 2]
  a → b  append 4/2 12-bytes-too after 3/2, commit 2 [term 2]
  a → c  append 3/2 twelve-bytes after 2/2, commit 2 [term 2]  (lost)
  a → c  append 4/2 12-bytes-too after 3/2, commit 2 [term 2]  (lost)
  a begins write 3: 3/2 twelve-bytes, 4/2 12-bytes-too, 5/2 and-12-again, 6/2 and-12-at-end
  a takes twelve-bytes as 3/2
  a takes 12-bytes-too as 4/2
  a takes and-12-again as 5/2
  a takes and-12-at-end as 6/2
> network
  a → b  append 3/2 twelve-bytes after 2/2, commit 2 [term 2]
  a → b  append 4/2 12-bytes-too after 3/2, commit 2 [term 2]

Each is an append of its own; two of them fill the window.

> deliver a>b first
  b begins write 3: 3/2 twelve-bytes
> persist b
  b has write 3 on disk
  b → a  accepted up to 3 [term 2]
> deliver b>a
  a → b  append 5/2 and-12-again after 4/2, commit 2 [term 2]
> deliver a>b
  b begins write 4: 4/2 12-bytes-too, 5/2 and-12-again
> persist b
  b has write 4 on disk
  b → a  accepted up to 5 [term 2]
> deliver b>a
  a → b  append 6/2 and-12-at-end after 5/2, commit 2 [term 2]
