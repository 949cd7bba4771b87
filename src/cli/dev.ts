// `orion dev`: a whole cluster on this machine, real processes and all, to be tried out and broken.

import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'clipanion';
import { applyFiles, renderChanges } from './apply.ts';
import { parseCount } from './arguments.ts';
import type { Child } from './dev/child.ts';
import { DevCluster } from './dev/dev-cluster.ts';
import { openDevFolder } from './dev/folder.ts';
import { renderSummary } from './dev/summary.ts';
import { defaultDevFolder } from './find-peers.ts';
import { ManifestFiles } from './manifest-file.ts';
import { OrionCommand } from './orion-command.ts';

/** How long the replicas of `--apply` may take before they are shown as they are, in milliseconds. */
const replicasMs = 30_000;
const pollMs = 100;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class DevCommand extends OrionCommand {
  static override paths = [['dev']];
  static override usage = {
    category: 'This machine',
    description: 'Run a whole cluster on this machine, each peer and agent a process of its own.',
    details:
      'Ctrl-C stops everything, services too; a second one does not wait for them. Data stays in the folder, and the next start finds it. ' +
      'What was killed is not started again: the command that does it is printed.',
    examples: [['A cluster that runs a service', '$0 dev --apply examples/hello/orion.yaml']] as [
      string,
      string,
    ][],
  };

  peerCount = Option.String('--peer-count', { description: 'Peers: 1, 3 or 5 (default: 3)' });
  agentCount = Option.String('--agent-count', '1', { description: 'Agents, each one node' });
  folder = Option.String('--dir', defaultDevFolder, { description: 'Where the cluster keeps its data' });
  applyPath = Option.String('--apply', { description: 'A manifest to apply once the cluster is ready' });

  protected override async run(): Promise<void> {
    const peerCount = this.peerCount === undefined ? undefined : parseCount(this.peerCount, '--peer-count');
    const agentCount = parseCount(this.agentCount, '--agent-count');
    const files =
      this.applyPath === undefined
        ? undefined
        : await ManifestFiles.read([this.applyPath], this.context.stdin);
    const cluster = new DevCluster({
      folder: await openDevFolder(this.folder, peerCount),
      agentCount,
      mainFile: this.context.programs.mainFile,
      onLost: (child, how) => this.#tellLost(child, how),
    });
    const interrupted = this.#interrupted(cluster);
    try {
      this.say(`starting in ${this.folder}: peers: ${cluster.peers.length}, agents: ${agentCount}`);
      cluster.start();
      await Promise.race([interrupted, this.#bringUp(cluster, files)]);
      await interrupted;
      this.say('stopping services, agents and peers');
    } finally {
      await cluster.stop();
    }
    this.say(`stopped; the data stays in ${this.folder}`);
  }

  async #bringUp(cluster: DevCluster, files: ManifestFiles | undefined): Promise<void> {
    await cluster.untilReady();
    if (files !== undefined) {
      const answer = await applyFiles(cluster.client, files, { dryRun: false, prune: false });
      this.print(`${renderChanges(answer)}\n`);
      if (!(await untilServicesRun(cluster, files.serviceNames))) this.say('not every replica runs yet');
    }
    this.print(await renderSummary(cluster, this.tableStyle('table')));
  }

  /** Resolves with the first signal; the second one ends the children without waiting. */
  #interrupted(cluster: DevCluster): Promise<void> {
    return new Promise((resolve) => {
      let count = 0;
      // Waiting for a signal alone keeps no process alive, and everything else may have been killed.
      const awake = setInterval(() => undefined, 60_000);
      const onSignal = (): void => {
        count += 1;
        clearInterval(awake);
        if (count === 1) return resolve();
        this.say('not waiting any longer; services may live on');
        cluster.kill();
      };
      for (const signal of signals) process.on(signal, onSignal);
    });
  }

  #tellLost(child: Child, how: string): void {
    this.print(`\n${child.id} (pid ${child.pid}) ended: ${how}. Start it again:\n  ${child.command()}\n`);
  }
}

/** True once every replica that the services ask for is ready; false when they take too long. */
async function untilServicesRun(cluster: DevCluster, names: readonly string[]): Promise<boolean> {
  const deadline = performance.now() + replicasMs;
  while (performance.now() < deadline) {
    const services = await Promise.all(names.map((name) => cluster.client.get('services', name)));
    const isDone = services.every(
      ({ metadata, status }) =>
        status.observedGeneration === metadata.generation && status.ready === status.desired,
    );
    if (isDone) return true;
    await sleep(pollMs);
  }
  return false;
}
