# A leader that hears no quorum first may not control, then leads no more (§6.2)

Controllers stop after the shortest election time-out, before anyone else can have been elected. Leading ends after the
longest: a hiccup costs no term.

> peers a b c
> elect a
  a leads term 2
> run 100
> crash b
> crash c
> run 480
> run 40
  a may control no more
> run 460
> run 40
  a follows nobody in term 2
