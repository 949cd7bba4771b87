# A peer that starts again sticks to the leader that it may have answered a moment ago (§4.2.3; E3)

> peers a b c
> elect a
  a leads term 2
> run 100
> crash b
> restart b
  b follows nobody in term 2

c heard nothing for a while and asks. b's last run may have confirmed a, which counts on it for 500 ms.

> cut a c
> campaign c
  c is pre-candidate in term 2
  c → a  pre-vote for term 3? my log ends at 2/2  (lost)
  c → b  pre-vote for term 3? my log ends at 2/2
> deliver c>b

When those are over, b says yes.

> tick 500 b
> campaign c
  c → a  pre-vote for term 3? my log ends at 2/2  (lost)
  c → b  pre-vote for term 3? my log ends at 2/2
> deliver c>b
  b → c  pre-vote for term 3: yes
