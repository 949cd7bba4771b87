// Which commands there are: one table for running them, for help, for what was meant, and for the shell's completion.
// Each is loaded when it is needed: `orion get` loads no other.

import type { CommandClass } from 'clipanion';
import type { Context } from './context.ts';

/** What a positional argument names: what a shell can offer there. `name`: an object of the kind before it. */
export type Word =
  | 'kind'
  | 'name'
  | 'service'
  | 'node'
  | 'assignment'
  | 'setting'
  | 'peer'
  | 'context'
  | 'shell'
  | 'file'
  | 'other';

export interface CommandEntry {
  /** As it is typed: one word or two. */
  readonly path: string;
  readonly load: () => Promise<CommandClass<Context>>;
  /** Of its positional arguments, in order; the last one stands for all that follow, if the command takes more. */
  readonly words?: readonly Word[];
  /** For machines: no help speaks of it. */
  readonly isHidden?: true;
}

/** In the order of help. */
export const commands: readonly CommandEntry[] = [
  {
    path: 'apply',
    load: async () => (await import('./apply.ts')).ApplyCommand,
  },
  {
    path: 'diff',
    load: async () => (await import('./diff.ts')).DiffCommand,
  },
  {
    path: 'edit',
    load: async () => (await import('./edit.ts')).EditCommand,
    words: ['kind', 'name'],
  },
  {
    path: 'scale',
    load: async () => (await import('./scale.ts')).ScaleCommand,
    words: ['service', 'other'],
  },
  {
    path: 'restart',
    load: async () => (await import('./restart.ts')).RestartCommand,
    words: ['service'],
  },
  {
    path: 'rollout status',
    load: async () => (await import('./rollout-status.ts')).RolloutStatusCommand,
    words: ['service'],
  },
  {
    path: 'rollout history',
    load: async () => (await import('./rollout-history.ts')).RolloutHistoryCommand,
    words: ['service'],
  },
  {
    path: 'rollout undo',
    load: async () => (await import('./rollout-undo.ts')).RolloutUndoCommand,
    words: ['service'],
  },
  {
    path: 'delete',
    load: async () => (await import('./delete.ts')).DeleteCommand,
    words: ['kind', 'name'],
  },
  {
    path: 'get',
    load: async () => (await import('./get.ts')).GetCommand,
    words: ['kind', 'name'],
  },
  {
    path: 'describe',
    load: async () => (await import('./describe.ts')).DescribeCommand,
    words: ['kind', 'name'],
  },
  {
    path: 'events',
    load: async () => (await import('./events.ts')).EventsCommand,
  },
  {
    path: 'logs',
    load: async () => (await import('./logs.ts')).LogsCommand,
    words: ['service'],
  },
  {
    path: 'why',
    load: async () => (await import('./why.ts')).WhyCommand,
    words: ['service'],
  },
  {
    path: 'wait',
    load: async () => (await import('./wait.ts')).WaitCommand,
    words: ['kind', 'name'],
  },
  {
    path: 'explain',
    load: async () => (await import('./explain.ts')).ExplainCommand,
    words: ['kind'],
  },
  {
    path: 'tui',
    load: async () => (await import('./tui.ts')).TuiCommand,
  },
  {
    path: 'setting set',
    load: async () => (await import('./setting.ts')).SettingSetCommand,
    words: ['setting', 'other'],
  },
  {
    path: 'setting get',
    load: async () => (await import('./setting.ts')).SettingGetCommand,
    words: ['setting'],
  },
  {
    path: 'setting ls',
    load: async () => (await import('./setting.ts')).SettingListCommand,
  },
  {
    path: 'setting rm',
    load: async () => (await import('./setting.ts')).SettingRemoveCommand,
    words: ['setting'],
  },
  {
    path: 'version',
    load: async () => (await import('./version.ts')).VersionCommand,
  },
  {
    path: 'cluster status',
    load: async () => (await import('./cluster-status.ts')).ClusterStatusCommand,
  },
  {
    path: 'cluster add',
    load: async () => (await import('./cluster-members.ts')).ClusterAddCommand,
    words: ['other'],
  },
  {
    path: 'cluster remove',
    load: async () => (await import('./cluster-members.ts')).ClusterRemoveCommand,
    words: ['peer'],
  },
  {
    path: 'cluster promote',
    load: async () => (await import('./cluster-members.ts')).ClusterPromoteCommand,
    words: ['peer'],
  },
  {
    path: 'cluster transfer',
    load: async () => (await import('./cluster-transfer.ts')).ClusterTransferCommand,
    words: ['peer'],
  },
  {
    path: 'cluster recover',
    load: async () => (await import('./cluster-recover.ts')).ClusterRecoverCommand,
  },
  {
    path: 'backup',
    load: async () => (await import('./backup.ts')).BackupCommand,
    words: ['file'],
  },
  {
    path: 'restore',
    load: async () => (await import('./restore.ts')).RestoreCommand,
    words: ['file'],
  },
  {
    path: 'context ls',
    load: async () => (await import('./context-commands.ts')).ContextListCommand,
  },
  {
    path: 'context use',
    load: async () => (await import('./context-commands.ts')).ContextUseCommand,
    words: ['context'],
  },
  {
    path: 'context add',
    load: async () => (await import('./context-commands.ts')).ContextAddCommand,
    words: ['other', 'other'],
  },
  {
    path: 'context rm',
    load: async () => (await import('./context-commands.ts')).ContextRemoveCommand,
    words: ['context'],
  },
  {
    path: 'completion',
    load: async () => (await import('./completion.ts')).CompletionCommand,
    words: ['shell'],
  },
  {
    path: '__complete',
    load: async () => (await import('./complete.ts')).CompleteCommand,
    isHidden: true,
  },
  {
    path: 'dev',
    load: async () => (await import('./dev.ts')).DevCommand,
  },
  {
    path: 'init',
    load: async () => (await import('./init.ts')).InitCommand,
  },
  {
    path: 'peer start',
    load: async () => (await import('./peer-start.ts')).PeerStartCommand,
  },
  {
    path: 'agent start',
    load: async () => (await import('./agent-start.ts')).AgentStartCommand,
  },
  {
    path: 'debug log',
    load: async () => (await import('./debug-log.ts')).DebugLogCommand,
    words: ['file'],
  },
];

/** The command that `args` begin with, the longest path first; undefined when there is none. */
export function findCommand(args: readonly string[]): CommandEntry | undefined {
  const typed = (count: number): string => args.slice(0, count).join(' ');
  return commands.find(({ path }) => path === typed(2)) ?? commands.find(({ path }) => path === typed(1));
}

/** The commands that begin with `word` and another one, as `cluster …`. */
export function commandsOf(word: string): readonly CommandEntry[] {
  return commands.filter(({ path }) => path.startsWith(`${word} `));
}
