# Followers may lack entries, have more, or both; one leader mends them all (§5.3, figure 7)

The figure's logs, with genesis before them. The leader of term 8 is l; a to f are the six followers of the figure.

> peer l among=a,b,c,d,e,f,l log=1,1,1,4,4,5,5,6,6,6 term=7
> peer a among=a,b,c,d,e,f,l log=1,1,1,4,4,5,5,6,6 term=7
> peer b among=a,b,c,d,e,f,l log=1,1,1,4 term=4
> peer c among=a,b,c,d,e,f,l log=1,1,1,4,4,5,5,6,6,6,6 term=7
> peer d among=a,b,c,d,e,f,l log=1,1,1,4,4,5,5,6,6,6,7,7 term=7
> peer e among=a,b,c,d,e,f,l log=1,1,1,4,4,4,4 term=4
> peer f among=a,b,c,d,e,f,l log=1,1,1,2,2,2,3,3,3,3,3 term=3
> elect l
  l leads term 8
> disk
  l term 8, vote l; 1/1 genesis, 2/1, 3/1, 4/1, 5/4, 6/4, 7/5, 8/5, 9/6, 10/6, 11/6, 12/8 no-op
  a term 8, vote l; 1/1 genesis, 2/1, 3/1, 4/1, 5/4, 6/4, 7/5, 8/5, 9/6, 10/6, 11/6, 12/8 no-op
  b term 8, vote l; 1/1 genesis, 2/1, 3/1, 4/1, 5/4, 6/4, 7/5, 8/5, 9/6, 10/6, 11/6, 12/8 no-op
  c term 8, vote for nobody; 1/1 genesis, 2/1, 3/1, 4/1, 5/4, 6/4, 7/5, 8/5, 9/6, 10/6, 11/6, 12/8 no-op
  d term 8, vote for nobody; 1/1 genesis, 2/1, 3/1, 4/1, 5/4, 6/4, 7/5, 8/5, 9/6, 10/6, 11/6, 12/8 no-op
  e term 8, vote l; 1/1 genesis, 2/1, 3/1, 4/1, 5/4, 6/4, 7/5, 8/5, 9/6, 10/6, 11/6, 12/8 no-op
  f term 8, vote l; 1/1 genesis, 2/1, 3/1, 4/1, 5/4, 6/4, 7/5, 8/5, 9/6, 10/6, 11/6, 12/8 no-op
