# Without a leader a read is refused at once, and the driver tries again (§6.4)

> peers a b c
> read a 1
  a refuses read 1: NO_LEADER
> elect b
  b leads term 2
> read a 1
  a → b  read #1? [term 2]
> settle
  a confirms read 1 as of 2
