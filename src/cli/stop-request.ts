// How a long-running process is told to end: by a signal, or by the `orion dev` that started it, over its channel.
// Workloads outlive agents; only `dev` asks an agent to take its services along.
//
// T1. A signal, and the death of the parent, mean "stop, and leave the services running".
// T2. A second signal finds the default action again: the process ends at once.

/** What a parent sends over the channel of `child_process.spawn`. */
export interface StopMessage {
  readonly kind: 'stop';
  /** True: an agent stops its services, too. */
  readonly services: boolean;
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Resolves with the first request to stop. */
export function stopRequested(): Promise<StopMessage> {
  return new Promise((resolve) => {
    const leaveServices = (): void => settle({ kind: 'stop', services: false });
    const onMessage = (message: unknown): void => {
      if (isStopMessage(message)) settle(message);
    };
    const settle = (request: StopMessage): void => {
      for (const signal of signals) process.off(signal, leaveServices);
      process.off('disconnect', leaveServices);
      process.off('message', onMessage);
      resolve(request);
    };
    for (const signal of signals) process.on(signal, leaveServices);
    process.on('disconnect', leaveServices);
    process.on('message', onMessage);
  });
}

function isStopMessage(message: unknown): message is StopMessage {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'stop';
}
