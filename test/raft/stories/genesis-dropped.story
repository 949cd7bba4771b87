# A founder drops its genesis only for a majority's, and only if it never acted on it (raft.md, identity and genesis; N3)

c's disk was replaced while the cluster was being founded: a had written genesis with the old one.

> genesis old a b c
> genesis new a b c2
> decide a founders=a,b,c own=old heard=b:new
  a keeps its genesis of old
> decide a founders=a,b,c own=old heard=b:new,c2:new
  a adopts the genesis of new

Had a voted or acknowledged anything, it would have to stay: somebody may count on it.

> decide a founders=a,b,c own=old acted=yes heard=b:new,c2:new
  a keeps its genesis of old
