// Founding in golden stories: what a founder decides, given what it hears.
// A disk is named by its peer's letter, a replaced one by letter and number: `c2` is a new disk of peer c.

import { decideGenesis, makeGenesis, type GenesisDecision } from '../../../raft/genesis.ts';
import { asPeerId, asStoreId, type Genesis, type Member } from '../../../raft/types.ts';
import { present, unreachable } from '../../../src/lib/assert.ts';

export type Geneses = Map<string, Genesis>;

function memberOf(disk: string): Member {
  const peerId = asPeerId(disk.replace(/\d+$/u, ''));
  return { peerId, storeId: asStoreId(disk), api: `http://${peerId}`, raft: `${peerId}:1` };
}

/** Makes the genesis of a cluster called `name` that these disks founded. */
export function foundCluster(geneses: Geneses, name: string, disks: readonly string[]): void {
  const founders = disks.map(memberOf);
  geneses.set(
    name,
    makeGenesis({ name, founders }, (text) => text),
  );
}

/**
 * What disk `self` decides. Keys: `founders=a,b,c` as the file lists them, `own=G` its genesis, `acted=yes` when it voted
 * or acknowledged under that, `heard=b,c2:G` who is connected, and the genesis that each holds, `followed=G` that of a
 * leader which has sent to it.
 */
export function decide(geneses: Geneses, self: string, keys: ReadonlyMap<string, string>): string {
  const find = (name: string): Genesis => present(geneses.get(name), `genesis ${name} was made`);
  const list = (key: string): string[] => (keys.get(key) ?? '').split(',').filter(Boolean);
  const own = keys.get('own');
  const followed = keys.get('followed');
  const decision = decideGenesis({
    self: memberOf(self),
    founders: list('founders').map(asPeerId),
    own: own === undefined ? undefined : find(own),
    pristine: keys.get('acted') !== 'yes',
    followed: followed === undefined ? undefined : find(followed),
    heard: list('heard').map((heard) => {
      const [disk = '', holds] = heard.split(':');
      const { peerId, storeId } = memberOf(disk);
      return { peerId, storeId, genesis: holds === undefined ? undefined : find(holds) };
    }),
  });
  return `${self} ${decisionWords(decision)}`;
}

function decisionWords(decision: GenesisDecision): string {
  switch (decision.kind) {
    case 'wait':
      return `waits: ${decision.reason}`;
    case 'write':
      return `writes genesis, founded by ${decision.founders.map(({ storeId }) => storeId).join(', ')}`;
    case 'adopt':
      return `adopts the genesis of ${decision.genesis.name}`;
    case 'foreign':
      return `stays out: ${decision.reason}`;
    case 'settled':
      return `keeps its genesis of ${decision.genesis.name}`;
    default:
      return unreachable(decision);
  }
}
