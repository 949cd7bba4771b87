// Which peers there are, and which to ask first: those that the caller named, and those that the cluster tells of.
//
// L1. Peers that the caller named are never forgotten: the others may know addresses that nobody reaches from here.
// L2. A peer elsewhere does not send anyone to this machine's own ports: its loopback addresses are not ours.

import { isLoopback } from '../lib/address.ts';
import { OrionError } from '../lib/errors.ts';

/** Peers that are remembered; a cluster has at most a few. */
const peersMax = 64;

export class PeerList {
  readonly #named: readonly string[];
  /** In the order in which they are to be asked. */
  #urls: readonly string[];
  #told: readonly string[] = [];

  /** Throws USAGE when `urls` is empty. */
  constructor(urls: readonly string[]) {
    this.#named = [...new Set(urls.map(normalised))];
    this.#urls = this.#named;
    if (this.#named.length === 0) throw new OrionError('USAGE', 'Name at least one peer.');
  }

  /** The one that answered last first, those that failed last. */
  get urls(): readonly string[] {
    return this.#urls;
  }

  /** What the cluster told last of where its peers are, and whoever told it; empty before. */
  get told(): readonly string[] {
    return this.#told;
  }

  answered(url: string): void {
    if (this.#urls[0] !== url) this.#urls = [url, ...this.#urls.filter((one) => one !== url)];
  }

  failed(url: string): void {
    if (this.#urls.at(-1) !== url) this.#urls = [...this.#urls.filter((one) => one !== url), url];
  }

  /** The peer at `from` says that the cluster's peers serve at `urls`. */
  learn(from: string, urls: readonly string[]): void {
    const told = urls.filter((url) => isUsable(url) && (isLocal(from) || !isLocal(url))).map(normalised); // L2
    this.#told = [...new Set(told.includes(from) ? told : [from, ...told])];
    const known = new Set([from, ...this.#named, ...told].slice(0, peersMax)); // L1
    this.#urls = [...new Set([...this.#urls.filter((url) => known.has(url)), ...known])];
  }
}

const normalised = (url: string): string => url.replace(/\/+$/, '');

const isUsable = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

const isLocal = (url: string): boolean => isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''));
