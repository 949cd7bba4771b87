// Commands as bytes: msgpack, with the keys of every map in the order of their code units.
// Why sorted: then the bytes depend on what a command says, and not on who built the object in which order. Those that users send
// most are built in order: twice as fast, for the same bytes.

import { Packr } from 'msgpackr';
import { messageOf, OrionError } from '../lib/errors.ts';
import type { CommandCodec } from '../peer/ports.ts';
import { type Command, type CommandBody, commandSchemaVersion } from '../protocol/command.ts';
import { isInOrder } from '../state/row-codec.ts';

const known: Readonly<Record<CommandBody['kind'], true>> = {
  'manifest.apply': true,
  'leadership.moved': true,
  'service.scale': true,
  'service.undo': true,
  'service.restart': true,
  'service.delete': true,
  'setting.put': true,
  'setting.delete': true,
  'node.delete': true,
  'assignment.create': true,
  'assignment.stop': true,
  'service.conditions': true,
  'node.state': true,
  'event.record': true,
  'node.register': true,
  'assignment.report': true,
};

export function createCommandCodec(): CommandCodec {
  const packr = new Packr({ useRecords: false, variableMapSize: true }); // an object takes the bytes that a Map does
  return {
    encode: (command) => packr.pack(isInOrder(command) ? command : canonical(command)),
    decode(data) {
      const command = unpack(packr, data);
      if (!isKnown(command)) throw unknownCommand('its schema or kind is not one of this version');
      return command;
    },
  };
}

/** The same value with sorted keys, and without those that are undefined. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Readonly<Record<string, unknown>>;
  const sorted = new Map<string, unknown>();
  for (const key of Object.keys(members).sort()) {
    const member = members[key];
    if (member !== undefined) sorted.set(key, canonical(member));
  }
  return sorted;
}

function unpack(packr: Packr, data: Uint8Array): unknown {
  try {
    return packr.unpack(data);
  } catch (error) {
    throw unknownCommand(messageOf(error));
  }
}

function isKnown(value: unknown): value is Command {
  if (typeof value !== 'object' || value === null) return false;
  if (!('schema' in value) || value.schema !== commandSchemaVersion) return false;
  return 'kind' in value && typeof value.kind === 'string' && Object.hasOwn(known, value.kind);
}

/** A peer never skips a committed command: its state would differ from that of the others. */
function unknownCommand(why: string): OrionError {
  return new OrionError(
    'FORMAT_TOO_NEW',
    `A committed command cannot be read: ${why}. Start this peer with the version of orion that the others run.`,
  );
}
