// Every route of the HTTP API, in the order in which it is documented.

import { routesOfCluster } from './cluster.ts';
import { routesOfObjects } from './objects.ts';
import type { Route } from './route.ts';
import { routesOfWatches } from './watch.ts';

export const routes: readonly Route[] = [...routesOfObjects, ...routesOfWatches, ...routesOfCluster];
