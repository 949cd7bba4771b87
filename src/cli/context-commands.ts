// `orion context ls|use|add|rm`: clusters by name, so that nobody types addresses.

import { Option } from 'clipanion';
import type { Contexts } from '../config/contexts.ts';
import { OrionError } from '../lib/errors.ts';
import { parseUrls } from './arguments.ts';
import { readContexts, writeContexts } from './context-file.ts';
import { absentContext } from './find-peers.ts';
import { objectName } from './kinds.ts';
import { OrionCommand } from './orion-command.ts';
import { outputOption, parseOutputFormat, rendered, type Views } from './output.ts';
import { type Column, renderTable } from './table.ts';

const category = 'Shell';

interface ContextRow {
  readonly name: string;
  readonly isCurrent: boolean;
  readonly peers: readonly string[];
}

const columns: readonly Column<ContextRow>[] = [
  { title: 'CURRENT', cell: ({ isCurrent }) => (isCurrent ? '*' : ' '), tone: () => 'good' },
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'PEERS', cell: ({ peers }) => peers.join(','), isCut: true },
];

abstract class ContextCommand extends OrionCommand {
  output = outputOption();

  /** What is printed of the contexts that there are. Throws before anything is done when `-o` is none. */
  protected async show<T>(value: () => T, views: Views<T>): Promise<void> {
    const format = parseOutputFormat(this.output);
    this.print(await rendered(format, value(), views, this.tableStyle(format)));
  }
}

export class ContextListCommand extends ContextCommand {
  static override paths = [['context', 'ls']];
  static override usage = {
    category,
    description: 'List the clusters that are known by name.',
  };

  protected override async run(): Promise<void> {
    const { current, peers } = readContexts(this.context.env);
    const items = [...peers].map(([name, urls]) => ({ name, isCurrent: name === current, peers: urls }));
    const views: Views<{ readonly items: readonly ContextRow[] }> = {
      table: (value, style) => renderTable(columns, value.items, style),
      names: (value) => value.items.map(({ name }) => objectName('context', name)),
    };
    await this.show(() => ({ items }), views);
  }
}

/** Changes the file, and says what it did. */
abstract class ContextChange extends ContextCommand {
  name = Option.String({ name: 'NAME' });

  /** The contexts after the change; throws when it cannot be. */
  protected abstract changed(contexts: Contexts): Contexts;
  protected abstract readonly action: string;

  protected override async run(): Promise<void> {
    const change = (): object => {
      writeContexts(this.context.env, this.changed(readContexts(this.context.env)));
      return { kind: 'Context', name: this.name, action: this.action };
    };
    const name = objectName('context', this.name);
    await this.show(change, { table: () => `${name} ${this.action}\n`, names: () => [name] });
  }
}

export class ContextUseCommand extends ContextChange {
  static override paths = [['context', 'use']];
  static override usage = {
    category,
    description: 'Speak to this cluster from now on, where no other is named.',
    details:
      'A folder with an `orion dev` goes before the current context; --peers, --context and ORION_PEERS before both.',
    examples: [['The one at home', '$0 context use home']] as [string, string][],
  };

  protected override readonly action = 'in use';

  protected override changed(contexts: Contexts): Contexts {
    if (!contexts.peers.has(this.name)) throw absentContext(this.name, [...contexts.peers.keys()]);
    return { ...contexts, current: this.name };
  }
}

export class ContextAddCommand extends ContextChange {
  static override paths = [['context', 'add']];
  static override usage = {
    category,
    description: 'Give a cluster a name. The first one is in use at once.',
    details:
      'One peer is enough: the others are learned from it, and kept up to date by whoever uses the name.',
    examples: [['Three boxes', '$0 context add home http://pi-1:6060']] as [string, string][],
  };

  peers = Option.String({ name: 'URL,URL' });

  protected override readonly action = 'added';

  protected override changed(contexts: Contexts): Contexts {
    if (contexts.peers.has(this.name)) {
      const message = `context ${this.name} is there already; orion context rm ${this.name} removes it`;
      throw new OrionError('CONFLICT', message);
    }
    const peers = new Map([...contexts.peers, [this.name, parseUrls(this.peers, 'URL,URL')]]);
    return { current: contexts.current ?? this.name, peers };
  }
}

export class ContextRemoveCommand extends ContextChange {
  static override paths = [['context', 'rm']];
  static override usage = {
    category,
    description: 'Forget the name of a cluster; the cluster stays as it is.',
  };

  protected override readonly action = 'removed';

  protected override changed({ current, peers }: Contexts): Contexts {
    if (!peers.has(this.name)) throw absentContext(this.name, [...peers.keys()]);
    const left = new Map([...peers].filter(([name]) => name !== this.name));
    return { current: current === this.name ? undefined : current, peers: left };
  }
}
