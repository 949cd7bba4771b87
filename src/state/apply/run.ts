// Which family of commands applies what.

import { unreachable } from '../../lib/assert.ts';
import type { Command, CommandResult } from '../../protocol/command.ts';
import type { Overlay } from '../overlay.ts';
import { createAssignment, reportAssignments, stopAssignment } from './assignment.ts';
import { recordEvents } from './event.ts';
import { stale } from './judge.ts';
import { applyManifests } from './manifest.ts';
import { deleteNode, registerNode, setNodeState } from './node.ts';
import { deleteService, restartService, scaleService, setServiceConditions, undoService } from './service.ts';
import { deleteSetting, putSetting } from './setting.ts';

/** What `command` answers; its writes are in `overlay`, to be kept unless it is refused. */
export function runCommand(overlay: Overlay, command: Command, term: number): CommandResult {
  if ('fence' in command && command.fence.term !== term) {
    return stale(`it was decided in term ${command.fence.term}, and this is ${term}`);
  }
  switch (command.kind) {
    case 'manifest.apply':
      return applyManifests(overlay, command);
    case 'leadership.moved':
      return { kind: 'done' };
    case 'service.scale':
      return scaleService(overlay, command);
    case 'service.undo':
      return undoService(overlay, command);
    case 'service.restart':
      return restartService(overlay, command);
    case 'service.delete':
      return deleteService(overlay, command);
    case 'service.conditions':
      return setServiceConditions(overlay, command);
    case 'setting.put':
      return putSetting(overlay, command);
    case 'setting.delete':
      return deleteSetting(overlay, command);
    case 'event.record':
      return recordEvents(overlay, command);
    case 'node.register':
      return registerNode(overlay, command);
    case 'node.state':
      return setNodeState(overlay, command);
    case 'node.delete':
      return deleteNode(overlay, command);
    case 'assignment.create':
      return createAssignment(overlay, command);
    case 'assignment.stop':
      return stopAssignment(overlay, command);
    case 'assignment.report':
      return reportAssignments(overlay, command);
    default:
      return unreachable(command);
  }
}
