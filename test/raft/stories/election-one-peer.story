# A cluster of one elects itself, commits and reads alone (§3.4)

> peers a
> campaign a
  a is candidate in term 2
  a begins write 1: term 2, vote a
> persist a
  a has write 1 on disk
  a leads term 2
  a begins write 2: 2/2 no-op
> propose a x
  a takes x as 3/2
> persist a
  a has write 2 on disk
  a commits up to 2
  a begins write 3: 3/2 x
  a applies 1/1 genesis, 2/2 no-op
  a may control
> persist a
  a has write 3 on disk
  a commits up to 3
  a applies 3/2 x
> read a 1
  a confirms read 1 as of 3
> state a
  a leads term 2; last 3, durable 3, commit 3, applied 3
