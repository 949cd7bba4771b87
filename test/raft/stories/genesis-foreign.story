# A new disk is a new member: it stays out and says what to do (raft.md, identity and genesis; N2)

> genesis home a b c
> decide c2 founders=a,b,c heard=a:home,b:home
  c2 stays out: this disk is new: cluster home knows c by another one (c). Bring back that disk, or give this one its place: "orion cluster add c --api http://c --raft c:1 --replace --peers http://a,http://b"
> decide d founders=a,b,c,d heard=a:home,b:home
  d stays out: cluster home was founded without d: take it out of cluster.toml, or run "orion cluster add d --api http://d --raft d:1 --peers http://a,http://b,http://c"

A leader that sends to the new disk has it among its members: it takes that genesis, and waits for what the log says of it.

> decide c2 founders=a,b,c heard=a:home,b:home followed=home
  c2 adopts the genesis of home
> decide d heard=a:home
  d waits: waiting to be added: run "orion cluster add d --api http://d --raft d:1", with --peers URL,… of the cluster's peers
> decide d heard=a:home followed=home
  d adopts the genesis of home
