// Plain HTTP for end-to-end tests: no retries, no defaults that could hide what a peer really answered.

/** Long enough for any answer that the API owes within 2 s; a hung peer fails the request instead of the test run. */
const defaultTimeoutMs = 5_000;

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where the answer is JSON (also problem+json), text otherwise. */
  readonly body: T;
}

export interface RequestOptions {
  readonly method?: string;
  /** A string is sent as YAML, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** One request over a connection of its own. Throws when no answer came: refused, reset, or timed out. */
export async function request<T>(url: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const isYaml = typeof options.body === 'string';
  const response = await fetch(url, {
    method: options.method ?? 'GET',
    headers: {
      connection: 'close',
      ...(options.body === undefined
        ? {}
        : { 'content-type': isYaml ? 'application/yaml' : 'application/json' }),
      ...options.headers,
    },
    signal: AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs),
    ...(options.body === undefined ? {} : { body: isYaml ? options.body : JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : text) as T,
  };
}

/** True when nobody listened: the request that failed with `error` was never sent. */
export function wasNotSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === 'ECONNREFUSED') return true;
  return wasNotSent(error.cause);
}
