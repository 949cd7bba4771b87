// Prints where the replicas of a service can be reached, one line of JSON whenever that changes: for whoever routes
// requests to them. Goes on while peers come and go.
//
//   node examples/client/endpoints.mjs SERVICE [PEER_URL,…]

import { OrionClient } from 'orion/client';

const [service, peers = process.env.ORION_PEERS ?? 'http://127.0.0.1:6060'] = process.argv.slice(2);
if (service === undefined) {
  console.error('usage: endpoints.mjs SERVICE [PEER_URL,…]');
  process.exit(2);
}

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

const orion = new OrionClient({ peers: peers.split(',') });
const nodes = new Map();
const replicas = new Map();
let last;

for await (const update of orion.watch({ kinds: ['Node', 'Assignment'], signal: stop.signal })) {
  if (update.type === 'RESET') {
    // What there is now. Everything known before is void.
    nodes.clear();
    replicas.clear();
    for (const object of update.items) remember(object);
  } else if (update.type === 'CHANGE') {
    for (const { type, object } of update.changes) {
      if (type === 'DELETED') forget(object);
      else remember(object);
    }
  } else continue;
  const endpoints = JSON.stringify(where());
  if (endpoints !== last) console.log(endpoints);
  last = endpoints;
}

function remember(object) {
  (object.kind === 'Node' ? nodes : replicas).set(object.metadata.name, object);
}

function forget(object) {
  (object.kind === 'Node' ? nodes : replicas).delete(object.metadata.name);
}

/** Of the replicas that run on nodes that are ready. */
function where() {
  return [...replicas.values()]
    .filter(({ spec, status }) => spec.service === service && status.state === 'running')
    .filter(({ spec }) => nodes.get(spec.node)?.status.state === 'ready')
    .flatMap(({ spec, status }) => {
      const { address } = nodes.get(spec.node).status;
      return Object.values(status.ports).map((port) => `http://${address}:${port}`);
    })
    .sort();
}
