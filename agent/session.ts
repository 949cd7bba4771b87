// The agent's session with the leader: finds it, says hello, stays until it is gone, and finds the next one.
//
// E1. One connection at a time; what an earlier one still has to say is not heard.
// E2. Every message is judged by its schema; after one that is not understood the connection ends.
// E3. A leader from which nothing comes for `agentSilenceMs` is gone, whatever its socket says. An agent that stood still
//     itself, and so heard nobody, begins to count anew.
// E4. Nothing is queued here: what is not sent is said again on the next connection, by the owner of the session.
// E5. What goes on for long is told once in a while: an agent that nobody takes for days does not fill its disk with that.

import { WebSocket, type RawData } from 'ws';
import { unreachable } from '../src/lib/assert.ts';
import { messageOf } from '../src/lib/errors.ts';
import { limits } from '../src/lib/limits.ts';
import { agentDownSchema, type AgentDown, type AgentUp } from '../src/protocol/agent.ts';
import type { AgentLog } from './log.ts';
import type { PeerBook } from './peers.ts';
import { tellRefusal } from './refusal.ts';

/** Until the end of a session for the same reason is told again, in milliseconds. */
const tellAgainMs = 60_000;

type Welcome = Extract<AgentDown, { type: 'welcome' }>;
type InSession = Exclude<AgentDown, { type: 'welcome' | 'redirect' | 'refused' }>;

export interface SessionOptions {
  readonly peers: PeerBook;
  readonly hello: () => AgentUp;
  readonly heartbeat: () => AgentUp;
  /** The leader listens from now on. Answers why it is not to be followed, or undefined. */
  readonly onWelcome: (welcome: Welcome) => string | undefined;
  /** Answers why the session cannot go on, or undefined. */
  readonly onMessage: (message: InSession) => string | undefined;
  readonly onClosed: () => void;
  readonly log: AgentLog;
}

type State =
  | { readonly kind: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'opening'; readonly socket: WebSocket; readonly url: string }
  | {
      readonly kind: 'greeting';
      readonly socket: WebSocket;
      readonly url: string;
      readonly timer: NodeJS.Timeout;
    }
  | {
      readonly kind: 'live';
      readonly socket: WebSocket;
      readonly url: string;
      readonly timer: NodeJS.Timeout;
    }
  | { readonly kind: 'stopped' };

export class Session {
  readonly #options: SessionOptions;
  #state: State = { kind: 'stopped' };
  #heardMs = 0;
  #beatMs = 0;
  /** By URL, the last end of a session that was told. */
  readonly #told = new Map<string, { readonly reason: string; readonly atMs: number }>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  start(): void {
    this.#connect();
  }

  /** False: there is no leader to tell (E4). */
  send(message: AgentUp): boolean {
    if (this.#state.kind !== 'live') return false;
    const { socket } = this.#state;
    if (socket.bufferedAmount > limits.agentQueueBytesMax) {
      this.#leave('the leader does not take what is sent', 0);
      return false;
    }
    socket.send(JSON.stringify(message));
    return true;
  }

  /** False while what was sent last is still on its way out. */
  get hasRoom(): boolean {
    return this.#state.kind === 'live' && this.#state.socket.bufferedAmount < limits.agentMessageBytesMax;
  }

  /** Says goodbye; resolves when the connection is closed, or after a moment. */
  async stop(): Promise<void> {
    const state = this.#state;
    this.send({ type: 'goodbye' });
    this.#enter({ kind: 'stopped' });
    if (state.kind === 'stopped' || state.kind === 'waiting') return;
    await new Promise<void>((resolve) => {
      const deadline = setTimeout(() => state.socket.terminate(), limits.agentConnectMs);
      state.socket.once('close', () => {
        clearTimeout(deadline);
        resolve();
      });
      state.socket.close();
    });
    this.#options.onClosed();
  }

  #connect(): void {
    const url = this.#options.peers.take();
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, {
      handshakeTimeout: limits.agentConnectMs,
      maxPayload: limits.agentQueueBytesMax, // No leader sends more at once.
      perMessageDeflate: false,
    });
    this.#enter({ kind: 'opening', socket, url });
    const isCurrent = (): boolean => 'socket' in this.#state && this.#state.socket === socket; // E1
    let problem = 'the connection was closed';
    socket.on('error', (error) => (problem = messageOf(error)));
    socket.on('unexpected-response', (_request, response) => {
      void tellRefusal(response).then((reason) => {
        if (isCurrent()) this.#leave(reason, this.#options.peers.failed());
      });
    });
    socket.on('open', () => isCurrent() && this.#greet(socket, url));
    socket.on('pong', () => (this.#heardMs = performance.now()));
    socket.on('message', (data) => isCurrent() && this.#onData(data));
    socket.on('close', () => {
      if (isCurrent()) this.#leave(problem, this.#options.peers.failed());
    });
  }

  #greet(socket: WebSocket, url: string): void {
    const timer = setTimeout(
      () => this.#leave('no welcome in time', this.#options.peers.failed()),
      limits.agentWelcomeMs,
    );
    this.#enter({ kind: 'greeting', socket, url, timer });
    socket.send(JSON.stringify(this.#options.hello()));
  }

  #onData(data: RawData): void {
    this.#heardMs = performance.now();
    const message = parse(data);
    const reason = message === undefined ? 'a message that is not understood' : this.#onMessage(message); // E2
    if (reason !== undefined) this.#leave(reason, this.#options.peers.failed());
  }

  /** Why this connection must end, or undefined. */
  #onMessage(message: AgentDown): string | undefined {
    switch (message.type) {
      case 'welcome':
        return this.#onWelcome(message);
      case 'redirect':
        this.#leave('this peer does not lead', this.#options.peers.redirected(message.leader, message.peers));
        return undefined;
      case 'refused':
        this.#leave(`refused: ${message.reason}`, this.#options.peers.refused());
        return undefined;
      case 'assignments':
      case 'logs.open':
      case 'logs.credit':
      case 'logs.close':
        return this.#state.kind === 'live'
          ? this.#options.onMessage(message)
          : 'a message before the welcome';
      default:
        return unreachable(message);
    }
  }

  #onWelcome(welcome: Welcome): string | undefined {
    if (this.#state.kind !== 'greeting') return 'a welcome out of turn';
    const { socket, url } = this.#state;
    const timer = setInterval(() => this.#beat(socket), welcome.heartbeatMs);
    this.#beatMs = performance.now();
    this.#enter({ kind: 'live', socket, url, timer });
    const reason = this.#options.onWelcome(welcome);
    if (reason !== undefined) {
      this.#leave(reason, this.#options.peers.refused());
      return undefined;
    }
    this.#options.peers.welcomed(welcome.peers);
    this.#options.log({ url }, 'session opened');
    return undefined;
  }

  // E3
  #beat(socket: WebSocket): void {
    const nowMs = performance.now();
    if (nowMs - this.#beatMs > limits.agentHeartbeatMs * 2) this.#heardMs = nowMs;
    this.#beatMs = nowMs;
    if (nowMs - this.#heardMs > limits.agentSilenceMs) {
      return this.#leave('the leader is silent', this.#options.peers.failed());
    }
    this.#options.peers.served();
    this.#told.clear();
    socket.ping();
    this.send(this.#options.heartbeat());
  }

  /** Ends this connection and begins the next one after `delayMs`. */
  #leave(reason: string, delayMs: number): void {
    const state = this.#state;
    if (state.kind === 'stopped' || state.kind === 'waiting') return;
    this.#enter({ kind: 'waiting', timer: setTimeout(() => this.#connect(), delayMs) });
    state.socket.terminate();
    this.#tell(state.url, reason, delayMs);
    this.#options.onClosed();
  }

  // E5
  #tell(url: string, reason: string, delayMs: number): void {
    const nowMs = performance.now();
    const told = this.#told.get(url);
    if (told?.reason === reason && nowMs - told.atMs < tellAgainMs) return;
    if (this.#told.size >= limits.agentPeersMax) this.#told.clear();
    this.#told.set(url, { reason, atMs: nowMs });
    this.#options.log({ url, reason, delayMs }, 'session ended');
  }

  #enter(state: State): void {
    if ('timer' in this.#state) clearTimeout(this.#state.timer);
    this.#state = state;
  }
}

function parse(data: RawData): AgentDown | undefined {
  try {
    const text = Array.isArray(data)
      ? Buffer.concat(data).toString()
      : Buffer.from(data as Buffer).toString();
    return agentDownSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
