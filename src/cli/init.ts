// `orion init`: a first orion.yaml, every key explained where it stands.

import { writeFileSync } from 'node:fs';
import { OrionError } from '../lib/errors.ts';
import { OrionCommand } from './orion-command.ts';

const fileName = 'orion.yaml';

export class InitCommand extends OrionCommand {
  static override paths = [['init']];
  static override usage = {
    category: 'This machine',
    description: `Write a commented ${fileName} into this folder.`,
    details: 'An existing file is left alone.',
  };

  // oxlint-disable-next-line typescript/require-await -- every command answers with a promise
  protected override async run(): Promise<void> {
    try {
      writeFileSync(fileName, manifestTemplate, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw new OrionError('CONFLICT', `${fileName} is here already; move it away to have a new one`, {
        cause: error,
      });
    }
    this.print(`${fileName} written; edit it, then: orion apply -f ${fileName}\n`);
  }
}

/** Valid as it stands. */
export const manifestTemplate = `# What shall run. Apply it with: orion apply -f orion.yaml
apiVersion: orion/v1
kind: Config

metadata:
  # Owner of everything below: another file under the same name replaces this one, one under another name never
  # touches what this one owns.
  name: my-app

spec:
  services:
    - name: web
      # node, bun or deno run \`entry\`; \`command\` runs any program.
      runtime: node
      # Relative to \`path\`, which is the folder of this file unless it is given.
      entry: server.js
      # path: /srv/web
      # Instead of \`entry\`: program and arguments, never through a shell.
      # command: [node, server.js]
      # args: [--verbose]

      # How many copies run; each has its own ports.
      replicas: 2

      # The agent chooses a free port for each replica and hands it over as PORT (the first) and PORT_HTTP (by name).
      # \`port: 8080\` fixes it: then at most one replica fits on a node.
      ports:
        - name: http

      # \${settings.NAME} stands for a setting of the cluster: orion setting set NAME.
      # env:
      #   LOG_LEVEL: info
      #   DATABASE: postgres://app:\${settings.db-password}@db.local/app

      # Settings as files, written before each start; a path that is not absolute starts at \`path\`.
      # files:
      #   - { setting: app-conf, path: conf/app.conf }

      # What a replica reserves on its node.
      resources:
        cpu: 0.1
        memory: 64Mi

      # always, on-failure or never.
      restart: always

      # Asked to stop by this signal; killed after the grace.
      stop:
        signal: SIGTERM
        graceSeconds: 10

      # Only nodes whose agents carry these labels; spread, binpack or roundRobin over them.
      # placement:
      #   labels: { disk: ssd }
      #   strategy: spread
`;
