// Where the leader may be: the peers that the agent was given or told of, which one to try next, and when.
//
// B1. A leader that was named is tried at once, a few times in a row at most; then the others, in turn.
// B2. There is a wait only after every peer was tried, with jitter: short while any of them answers, since an election
//     is over soon, growing while none does, or while the leader will not have this agent, or not for a heartbeat.
// B3. A peer on another machine is not spoken to before there is encryption, unless that is asked for.

import { join } from 'node:path';
import { isLoopback } from '../src/lib/address.ts';
import { backoffMs } from '../src/lib/backoff.ts';
import { OrionError, messageOf } from '../src/lib/errors.ts';
import { limits } from '../src/lib/limits.ts';
import type { Prng } from '../src/lib/prng.ts';
import { rememberedPeersSchema } from '../src/protocol/agent-directory.ts';
import { readWhole, writeWhole } from './files.ts';
import type { AgentLog } from './log.ts';

export interface PeerBookOptions {
  /** URLs of peers' APIs; these are never forgotten. */
  readonly configured: readonly string[];
  /** The agent's directory. */
  readonly directory: string;
  readonly insecure: boolean;
  /** For the jitter of waits. */
  readonly prng: Prng;
  readonly log: AgentLog;
}

export class PeerBook {
  readonly #path: string;
  readonly #configured: readonly string[];
  readonly #insecure: boolean;
  readonly #prng: Prng;
  readonly #log: AgentLog;
  #urls: string[];
  /** The next one to try in turn. */
  #next = 0;
  #named: string | undefined;
  #redirects = 0;
  /** Since the last wait. */
  #tried = 0;
  #answered = false;
  #refused = false;
  /** The last one taken leads, and has not served yet. */
  #isWelcome = false;
  /** Rounds in a row in which no peer answered, or all did in vain. */
  #rounds = 0;

  /** Throws USAGE for a URL that is none, FORBIDDEN for one on another machine (B3). */
  constructor(options: PeerBookOptions) {
    this.#path = join(options.directory, 'peers.json');
    this.#insecure = options.insecure;
    this.#prng = options.prng;
    this.#log = options.log;
    for (const url of options.configured) this.#check(url);
    this.#configured = options.configured.map(normalise);
    if (this.#configured.length === 0)
      throw new OrionError('USAGE', 'an agent needs the URL of a peer; give --peers');
    const remembered = readWhole(this.#path, rememberedPeersSchema)?.peers ?? [];
    this.#urls = this.#known(remembered);
  }

  /** The URL to dial now. */
  take(): string {
    const named = this.#named;
    this.#named = undefined;
    this.#isWelcome = false;
    if (named !== undefined) return named;
    this.#tried += 1;
    const url = this.#urls[this.#next % this.#urls.length] ?? '';
    this.#next += 1;
    return url;
  }

  /** A peer said who leads, or that nobody does. Answers the wait before the next `take`, in milliseconds. */
  redirected(leader: string | null, peers: readonly string[]): number {
    this.#answered = true;
    this.#learn(peers);
    const isTiresome = this.#refused || this.#redirects >= limits.agentRedirectsMax;
    if (leader === null || !this.#isAllowed(leader) || isTiresome) {
      return this.#wait();
    }
    this.#redirects += 1;
    this.#named = normalise(leader); // B1
    return 0;
  }

  /** The last one taken did not serve, or does not any more. The wait as above. */
  failed(): number {
    return this.#isWelcome ? this.refused() : this.#wait();
  }

  /** The last one taken leads, but not this agent. The wait as above; nobody's word leads back to it before. */
  refused(): number {
    this.#refused = true;
    return this.#wait();
  }

  /** The last one taken leads, and says where its successor may be. */
  welcomed(peers: readonly string[]): void {
    this.#learn(peers);
    this.#isWelcome = true;
  }

  /** The session lasts: when it ends, the search begins with the shortest waits. */
  served(): void {
    this.#isWelcome = false;
    this.#rounds = 0;
    this.#beginRound();
  }

  // B2
  #wait(): number {
    if (this.#tried < this.#urls.length) return 0;
    const isSoonOver = this.#answered && !this.#refused;
    const maxMs = isSoonOver ? limits.agentRetryAnsweredMaxMs : limits.agentRetryMaxMs;
    const delayMs = backoffMs(this.#rounds, this.#prng.fraction(), {
      baseMs: limits.agentRetryBaseMs,
      maxMs,
    });
    this.#rounds += 1;
    this.#beginRound();
    return delayMs;
  }

  #beginRound(): void {
    this.#tried = 0;
    this.#redirects = 0;
    this.#answered = false;
    this.#refused = false;
  }

  #learn(peers: readonly string[]): void {
    const urls = this.#known(peers);
    if (urls.join(' ') === this.#urls.join(' ')) return;
    this.#urls = urls;
    try {
      writeWhole(this.#path, { format: 1, peers: urls });
    } catch (error) {
      this.#log({ error: messageOf(error) }, 'peers cannot be remembered');
    }
  }

  #known(peers: readonly string[]): string[] {
    const told = peers.filter((url) => this.#isAllowed(url)).map(normalise);
    return [...new Set([...told, ...this.#configured])].slice(0, limits.agentPeersMax);
  }

  #isAllowed(url: string): boolean {
    try {
      this.#check(url);
      return true;
    } catch {
      return false;
    }
  }

  #check(url: string): void {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new OrionError('USAGE', `${url} is not the URL of a peer; it looks like http://127.0.0.1:6060`);
    }
    if (this.#insecure || isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''))) return;
    throw new OrionError(
      'FORBIDDEN',
      `${url} is on another machine, and nothing is encrypted yet; allow it with --insecure`,
    );
  }
}

const normalise = (url: string): string => new URL(url).origin;
