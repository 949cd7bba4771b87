// Arguments that need more than being a string. Each parser throws `USAGE`, saying what would be right.

import { OrionError } from '../lib/errors.ts';

/** A whole number in `[min, 2^53)`, in decimal digits; `what` names it in the error. */
export function parseCount(text: string, what: string, min = 0): number {
  const value = Number(text);
  if (/^[0-9]+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
  throw new OrionError('USAGE', `${what} is a whole number of ${min} or more, not "${text}"`);
}

/** URLs separated by commas; a trailing slash is dropped. At least one. */
export function parseUrls(text: string, what: string): string[] {
  const urls = text
    .split(',')
    .map((url) => url.trim().replace(/\/+$/, ''))
    .filter((url) => url !== '');
  if (urls.length > 0 && urls.every(isHttpUrl)) return urls;
  throw new OrionError('USAGE', `${what} is a list of URLs as http://127.0.0.1:6060,..., not "${text}"`);
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}

/** `key=value` pairs; the value may hold further `=`. A key given twice is an error. */
export function parseLabels(pairs: readonly string[]): Record<string, string> {
  const labels = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const key = pair.slice(0, at);
    if (at < 1 || labels.has(key)) {
      throw new OrionError('USAGE', `--label takes key=value, each key once, not "${pair}"`);
    }
    labels.set(key, pair.slice(at + 1));
  }
  return Object.fromEntries(labels);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** Timers hold no more than this, in milliseconds: 24 days. */
const durationMsMax = 2 ** 31 - 1;

/** Milliseconds of `30s`, `5m`, `1h`, `500ms`, or of seconds without a unit; at most 24 days. */
export function parseDuration(text: string, what: string): number {
  const [, digits, unit = 's'] = /^(\d{1,9})(ms|s|m|h)?$/.exec(text) ?? [];
  const value = Number(digits) * (unitMs[unit] ?? Number.NaN);
  if (digits !== undefined && value <= durationMsMax) return value;
  throw new OrionError('USAGE', `${what} is a time as 30s, 5m or 1h, not "${text}"`);
}
