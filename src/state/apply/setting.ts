// Settings: named texts that users put and delete, and that services use.
//
// T1. A setting that a service uses is not deleted, and not made such that the service could not run.
// T2. Another text is, in the same entry, a new revision of every service that uses it: its replicas are replaced.

import type { Issue } from '../../lib/errors.ts';
import { limits } from '../../lib/limits.ts';
import type { CommandResult } from '../../protocol/command.ts';
import type { Service, Setting } from '../../protocol/objects.ts';
import { settingIssues } from '../../protocol/references.ts';
import type { Overlay } from '../overlay.ts';
import { type CommandOf, notFound, refused, unmetPrecondition } from './judge.ts';
import { repeatRevision } from './revision.ts';
import { settingFacts } from './uses.ts';

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
  if (existing?.spec.data !== data) {
    const users = overlay.servicesUsing(name);
    const issues = issuesOf(overlay, users); // T1
    if (issues.length > 0) {
      return refused(
        'INVALID',
        `Services use the setting "${name}", and could not run with this one.`,
        issues,
      );
    }
    for (const service of users) repeatRevision(overlay, service); // T2
  }
  return { kind: 'object', created: existing === undefined, object: setting };
}

function issuesOf(overlay: Overlay, users: readonly Service[]): readonly Issue[] {
  const facts = settingFacts(overlay);
  const issues: Issue[] = [];
  for (const { metadata, spec } of users) {
    for (const { path, message } of settingIssues(spec, facts)) {
      const where = path === '' ? '' : `, ${path}`;
      issues.push({ path: 'data', message: `service "${metadata.name}"${where}: ${message}` });
    }
    if (issues.length >= limits.issuesMax) break;
  }
  return issues.slice(0, limits.issuesMax);
}

export function deleteSetting(overlay: Overlay, command: CommandOf<'setting.delete'>): CommandResult {
  const existing = overlay.get('setting', command.name);
  if (existing === undefined) return notFound('Setting', command.name);
  const unmet = unmetPrecondition(command, existing);
  if (unmet !== undefined) return unmet;
  const users = overlay.servicesUsing(command.name);
  if (users.length > 0)
    return refused(
      'CONFLICT',
      `The setting "${command.name}" is used by ${namesOf(users)}: take it out of there first.`,
    ); // T1
  overlay.delete(existing);
  return { kind: 'deleted' };
}

const namedMax = 10;

function namesOf(services: readonly Service[]): string {
  const names = services.slice(0, namedMax).map(({ metadata }) => `"${metadata.name}"`);
  const more = services.length - names.length;
  return `${services.length === 1 ? 'the service' : 'the services'} ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
