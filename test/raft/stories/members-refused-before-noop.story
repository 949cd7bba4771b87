# No change before the leader's no-op is committed (§4.1; the bug in single-server changes of 2015)

> peers a b c
> elect a bare
  a leads term 2
> change a remove c
  a refuses the change: NO_OP_NOT_COMMITTED
> settle
  b follows a in term 2
  c follows a in term 2
  a may control
> change a remove c
  a → b  append 3/2 [voters a b ⇐ a b c] after 2/2, commit 2 [term 2]
  a → c  append 3/2 [voters a b ⇐ a b c] after 2/2, commit 2 [term 2]
  a begins write 3: 3/2 [voters a b ⇐ a b c]
  a takes the change as 3/2
