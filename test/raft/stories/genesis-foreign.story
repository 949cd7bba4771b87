# A new disk is a new member: it stays out and says what to do (raft.md, identity and genesis; N2)

> genesis home a b c
> decide c2 founders=a,b,c heard=a:home,b:home
  c2 stays out: this disk is new: cluster home knows c by another one (c). Bring back that disk, or have the peer replaced as a new member
> decide d founders=a,b,c,d heard=a:home,b:home
  d stays out: cluster home was founded without d: remove it from cluster.toml, or add it to the cluster as a new member
