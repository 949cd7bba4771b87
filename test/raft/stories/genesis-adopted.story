# A founder that comes later takes over the genesis that names its disk (raft.md, identity and genesis; N2)

> genesis home a b c
> decide c founders=a,b,c heard=a:home
  c adopts the genesis of home
> decide c founders=a,b,c heard=a:home,b
  c adopts the genesis of home

Once it holds it, that stands.

> decide c founders=a,b,c own=home heard=a:home,b:home
  c keeps its genesis of home
