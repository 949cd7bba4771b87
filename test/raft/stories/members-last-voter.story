# The last voter cannot be removed (§4.1)

> peers a
> elect a
  a leads term 2
> change a remove a
  a refuses the change: LAST_VOTER
> members a
  a since 1: [voters a]
