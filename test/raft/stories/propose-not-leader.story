# Only a leader takes proposals; a refused one is in no log (§5.1, R8)

> peers a b c
> propose a x
  a refuses x: NOT_LEADER
> elect b
  b leads term 2
> propose a x
  a refuses x: NOT_LEADER
> disk
  a term 2, vote b; 1/1 genesis, 2/2 no-op
  b term 2, vote b; 1/1 genesis, 2/2 no-op
  c term 2, vote b; 1/1 genesis, 2/2 no-op
