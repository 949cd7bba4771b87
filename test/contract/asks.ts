// A sound request for each operation of the API, for a cluster that holds what is named here.

import type { Cluster, ScriptService } from '../e2e/cluster.ts';
import type { Ask } from './contract.ts';

export const service: ScriptService = {
  name: 'lines',
  script: "console.log('first line'); setInterval(() => {}, 1_000);",
};
const settingName = 'motd';
export const nodeName = 'node-1';

/** A manifest of `owner` with the service, which uses the setting. */
export function manifestOf(cluster: Cluster, owner: string): object {
  const manifest = cluster.manifest(owner, [service]) as { spec: { services: object[] } };
  const env = { GREETING: `\${settings.${settingName}}` };
  return {
    ...manifest,
    spec: { services: manifest.spec.services.map((one) => Object.assign(one, { env })) },
  };
}

const named = (name: string): Ask => ({ path: { name } });

/** By the operation's name. `manifest` is one of `service`; `joiner` waits to be added. */
export function soundAsks(facts: {
  readonly manifest: object;
  readonly joiner: { readonly id: string; readonly api: string; readonly raft: string };
}): Readonly<Record<string, Ask>> {
  const { manifest, joiner } = facts;
  return {
    'get /api/services/{name}': named(service.name),
    'delete /api/services/{name}': named(service.name),
    'post /api/services/{name}/scale': { ...named(service.name), body: { replicas: 1 } },
    'get /api/services/{name}/logs': named(service.name),
    'get /api/services/{name}/revisions': named(service.name),
    'post /api/services/{name}/undo': { ...named(service.name), body: { revision: 1 } },
    'post /api/services/{name}/restart': { ...named(service.name), body: {} },
    'get /api/watch': { headOfStreams: true },
    'get /api/nodes/{name}': named(nodeName),
    'delete /api/nodes/{name}': named(nodeName),
    'get /api/settings/{name}': named(settingName),
    'put /api/settings/{name}': { ...named(settingName), body: { data: 'good morning' } },
    'delete /api/settings/{name}': named(settingName),
    'post /api/apply': { body: manifest },
    'post /api/cluster/peers': { body: { ...joiner, as: 'learner' } },
    'delete /api/cluster/peers/{id}': { path: { id: joiner.id } },
    'post /api/cluster/peers/{id}/promote': { path: { id: joiner.id } },
    'post /api/cluster/transfer': { body: {} },
  };
}
