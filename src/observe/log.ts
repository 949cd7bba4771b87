// The log of a long-running process: JSON lines on standard error, a constant message plus fields.
// Secrets and payloads never stand in a field.

import { pino } from 'pino';

/** Writes one line. `fields` vary, `message` does not: it is what one searches for. */
export type Log = (fields: object, message: string) => void;

/** A log whose lines carry `name` and the fields of `about`. Written synchronously: the last words before a crash count. */
export function createLogger(name: string, about: object = {}): Log {
  const logger = pino(
    { base: { name, pid: process.pid, ...about }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: process.stderr.fd, sync: true }),
  );
  return (fields, message) => logger.info(fields, message);
}
