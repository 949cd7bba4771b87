// Settings: named texts that users put and delete.

import type { CommandResult } from '../../protocol/command.ts';
import type { Setting } from '../../protocol/objects.ts';
import type { Overlay } from '../overlay.ts';
import { type CommandOf, notFound, unmetPrecondition } from './judge.ts';

export function putSetting(overlay: Overlay, command: CommandOf<'setting.put'>): CommandResult {
  const { name, data } = command;
  const existing = overlay.get('setting', name);
  const unmet = unmetPrecondition(command, existing);
  if (unmet !== undefined) return unmet;
  const setting: Setting = {
    kind: 'Setting',
    metadata: existing?.metadata ?? overlay.metadata({ name, labels: {} }),
    spec: { data },
    status: {},
  };
  overlay.put('setting', setting);
  return { kind: 'object', created: existing === undefined, object: setting };
}

export function deleteSetting(overlay: Overlay, command: CommandOf<'setting.delete'>): CommandResult {
  const existing = overlay.get('setting', command.name);
  if (existing === undefined) return notFound('Setting', command.name);
  const unmet = unmetPrecondition(command, existing);
  if (unmet !== undefined) return unmet;
  overlay.delete(existing);
  return { kind: 'deleted' };
}
