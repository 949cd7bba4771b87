// cluster.toml: who founds the cluster, and where each peer is reached. Every founder has the same file.
// Owns: the schema and what must hold between its values. Does not own: a peer's own flags.
// C1. Every problem of a file is told at once, with its path and, where it can be known, its line.
// C2. A configuration that loads can run: ids and addresses are distinct, ports are real, and founders are an odd number.

import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import {
  apiAddress,
  formatAddress,
  isDialable,
  isLoopback,
  isWildcard,
  parseAddress,
  type Address,
} from '../lib/address.ts';
import { messageOf, OrionError, type Issue } from '../lib/errors.ts';
import { nameSchema } from '../protocol/objects.ts';
import { tomlLines } from './toml-lines.ts';

const apiSchema = z
  .string()
  .refine((url) => apiAddress(url) !== undefined, 'not a URL of the form http://HOST:PORT');

const raftSchema = z
  .string()
  .refine((text) => isDialable(parseAddress(text)), 'not of the form HOST:PORT, with a port from 1 to 65535');

const peerSchema = z.strictObject({
  /** The name of the peer, and what `--id` names. */
  id: nameSchema,
  /** URL at which users and agents reach it. */
  api: apiSchema,
  /** `host:port` at which the other peers reach it. */
  raft: raftSchema,
  /** `low`: it leads only when no other peer can. */
  priority: z.enum(['normal', 'low']).default('normal'),
});

const clusterSchema = z.strictObject({
  cluster: z.strictObject({
    /** Tells two clusters apart: peers of another name are refused. */
    name: nameSchema,
    /** Allows addresses that other machines reach, though nothing is encrypted or authenticated yet. */
    insecure: z.boolean().default(false),
  }),
  peer: z.array(peerSchema),
});

type PeerConfig = z.infer<typeof peerSchema>;

export interface ClusterConfig {
  readonly name: string;
  readonly insecure: boolean;
  /** In the order of the file: the founders, 1, 3 or 5; any number for a peer that joins. */
  readonly peers: readonly PeerConfig[];
}

export interface ClusterOptions {
  /** The peer joins a running cluster: the file may list any number of peers. Default false. */
  readonly joins?: boolean;
}

/** Reads and checks a file. Throws `USAGE` when it cannot be read, `CONFIG_INVALID` with every problem found. */
export function loadCluster(file: string, options: ClusterOptions = {}): ClusterConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const remedy = 'write it after cluster.example.toml, or name another with --config';
    throw new OrionError('USAGE', `cannot read ${file}: ${messageOf(error)}; ${remedy}`, {
      cause: error,
    });
  }
  return parseCluster(text, file, options);
}

/** Checks the text of a file; `fileName` is for messages only. Throws `CONFIG_INVALID` with every problem found. */
export function parseCluster(
  text: string,
  fileName: string,
  { joins = false }: ClusterOptions = {},
): ClusterConfig {
  const document = parseToml(text, fileName);
  const lines = tomlLines(text);
  const parsed = clusterSchema.safeParse(document);
  const problems = parsed.success
    ? relationProblems(parsed.data, joins)
    : parsed.error.issues.flatMap(schemaProblems);
  if (!parsed.success || problems.length > 0) {
    throw invalid(
      fileName,
      problems.map((problem) => placed(problem, lines)),
    );
  }
  return { name: parsed.data.cluster.name, insecure: parsed.data.cluster.insecure, peers: parsed.data.peer };
}

function parseToml(text: string, fileName: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const message = messageOf(error).split('\n')[0] ?? '';
    const issue: Issue = { path: '', message };
    throw invalid(fileName, [error instanceof TomlError ? { ...issue, line: error.line } : issue]);
  }
}

/** The problem with its line, or with that of its table when the key is missing. */
function placed({ path, message }: Issue, lines: ReadonlyMap<string, number>): Issue {
  const line = lines.get(path) ?? lines.get(path.replace(/\.[^.]*$/, ''));
  return line === undefined ? { path, message } : { path, line, message };
}

function invalid(fileName: string, issues: readonly Issue[]): OrionError {
  const told = issues.map(({ path, line, message }) => {
    const place = line === undefined ? fileName : `${fileName}:${line}`;
    return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
  });
  return new OrionError('CONFIG_INVALID', told.join('\n'), { issues });
}

function schemaProblems(issue: z.core.$ZodIssue): Issue[] {
  const path = dotted(issue.path);
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({ path: dotted([...issue.path, key]), message: 'unknown key; remove it' }));
}

function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

/** What no single value shows: the number of peers, what is there twice, and who could reach it. */
function relationProblems({ cluster, peer: peers }: z.infer<typeof clusterSchema>, joins: boolean): Issue[] {
  const problems: Issue[] = [];
  if (!joins && ![1, 3, 5].includes(peers.length)) {
    const message = `${peers.length} peers; have 1 (to try things out), 3 (survives the loss of one) or 5 (of two)`;
    problems.push({ path: 'peer', message });
  }
  const seen = new Map<string, string>();
  for (const [at, peer] of peers.entries()) {
    const id = `peer[${at}].id`;
    const twin = seen.get(peer.id);
    if (twin !== undefined) problems.push({ path: id, message: `${peer.id} is ${twin} already` });
    seen.set(peer.id, id);
    for (const [key, address] of [
      ['api', apiAddress(peer.api)],
      ['raft', parseAddress(peer.raft)],
    ] as const) {
      if (address === undefined) continue;
      const path = `peer[${at}].${key}`;
      problems.push(...addressProblems({ path, address, insecure: cluster.insecure, seen }));
    }
  }
  return problems;
}

function addressProblems(options: {
  readonly path: string;
  readonly address: Address;
  readonly insecure: boolean;
  /** Addresses and ids so far, with the path at which each stands; `address` is added. */
  readonly seen: Map<string, string>;
}): Issue[] {
  const { path, address, insecure, seen } = options;
  const problems: Issue[] = [];
  const text = formatAddress(address);
  const twin = seen.get(text);
  if (twin !== undefined) problems.push({ path, message: `${text} is ${twin} already` });
  seen.set(text, path);
  if (isWildcard(address.host)) {
    problems.push({ path, message: `${address.host} reaches nobody; name the address of that machine` });
  } else if (!insecure && !isLoopback(address.host)) {
    const message = `other machines reach ${address.host}, and nothing is encrypted yet; set insecure = true in [cluster] if that network is yours alone`;
    problems.push({ path, message });
  }
  return problems;
}
