// An agent's directory: who the agent is, and that there is only one of it.
//
//   LOCK           the process that uses the directory
//   identity.json  the agent's id, and how often it was started
//   peers.json     where peers were last known to be
//   desired.json   the last accepted set of assignments
//   replicas/      one record for each assignment
//   logs/          one file for each assignment, and beside it when its parts were read
//
// L1. The lock is a file that appears with its whole content (link), and names a process by pid, start time and boot id.
// L2. A stale lock is moved aside before it is replaced, and judged again there: of two agents that find it, one wins.

import * as fs from 'node:fs';
import { join } from 'node:path';
import { present } from '../src/lib/assert.ts';
import { OrionError } from '../src/lib/errors.ts';
import { randomHex } from '../src/lib/hash.ts';
import {
  agentIdentitySchema,
  processIdentitySchema,
  type AgentIdentity,
  type ProcessIdentity,
} from '../src/protocol/agent-directory.ts';
import { isErrno, makeDirectory, readWhole, writeWhole } from './files.ts';
import { identify, isAlive } from './process-table.ts';

export interface AgentDirectory {
  readonly path: string;
  readonly identity: AgentIdentity;
  /** Lets the next agent in. */
  release(): void;
}

/**
 * Creates or opens it and takes its lock. Throws CONFIG_INVALID, DISK_FULL, or DIRECTORY_LOCKED while another agent lives
 * in it.
 */
export function openDirectory(path: string): AgentDirectory {
  for (const name of ['', 'replicas', 'logs']) makeDirectory(join(path, name));
  try {
    return openMade(path);
  } catch (error) {
    if (!isErrno(error, 'ENOSPC')) throw error;
    const message = `there is no room in ${path}: make some, or give the agent another directory`;
    throw new OrionError('DISK_FULL', message, { cause: error });
  }
}

function openMade(path: string): AgentDirectory {
  const release = takeLock(path);
  try {
    return { path, identity: beginStart(join(path, 'identity.json')), release };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Counts this start, durably. It never falls behind the minutes since 1970, so that an agent whose directory was wiped
 * does not report under sequences that were used before.
 */
function beginStart(path: string): AgentIdentity {
  const known = readWhole(path, agentIdentitySchema);
  const start = Math.max((known?.start ?? 0) + 1, Math.floor(Date.now() / 60_000));
  const identity = { format: 1, agentId: known?.agentId ?? randomHex(16), start } as const;
  writeWhole(path, identity);
  return identity;
}

function takeLock(directory: string): () => void {
  const path = join(directory, 'LOCK');
  const own = join(directory, `LOCK.${randomHex(8)}`);
  const self = present(identify(process.pid), 'a process that runs has an identity');
  fs.writeFileSync(own, JSON.stringify(self));
  try {
    while (!tryLink(own, path)) {
      const holder = readLock(path);
      if (holder !== undefined && isAlive(holder)) throw locked(directory, holder);
      moveStaleAside(directory, path);
    }
  } finally {
    fs.unlinkSync(own);
  }
  let isHeld = true;
  return () => {
    if (isHeld) fs.rmSync(path, { force: true }); // Once: later it is somebody else's.
    isHeld = false;
  };
}

// L2
function moveStaleAside(directory: string, path: string): void {
  const aside = join(directory, `LOCK.${randomHex(8)}`);
  try {
    fs.renameSync(path, aside);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  const holder = readLock(aside);
  if (holder !== undefined && isAlive(holder)) {
    tryLink(aside, path);
    fs.unlinkSync(aside);
    throw locked(directory, holder);
  }
  fs.unlinkSync(aside);
}

function tryLink(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Undefined: absent, or of no known form, and so nobody's. */
function readLock(path: string): ProcessIdentity | undefined {
  try {
    return readWhole(path, processIdentitySchema);
  } catch {
    return undefined;
  }
}

const locked = (directory: string, holder: ProcessIdentity): OrionError =>
  new OrionError(
    'DIRECTORY_LOCKED',
    `process ${holder.pid} is the agent of ${directory}; stop it first, or give this one a directory of its own`,
  );
