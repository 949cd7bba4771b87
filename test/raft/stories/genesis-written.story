# Genesis is written by a founder that hears all founders, and by nobody before (raft.md, identity and genesis; N1)

> decide a founders=a,b,c heard=
  a waits: not heard yet: b, c
> decide a founders=a,b,c heard=b
  a waits: not heard yet: c
> decide a founders=a,b,c heard=b,c
  a writes genesis, founded by a, b, c

All founders that hear the same disks write the same bytes, so it does not matter who is first.

> decide b founders=a,b,c heard=c,a
  b writes genesis, founded by a, b, c

While an old connection of c's former disk still stands, nobody can tell which one founds.

> decide a founders=a,b,c heard=b,c,c2
  a waits: a founder is heard with two disks: its older connection must end first
