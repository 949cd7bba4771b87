// Server-sent events as they come, however they are cut on the way (HTML standard, "Server-sent events").

export interface ServerEvent {
  /** `message` when the server gives none. */
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** The events of `body`. One that is not complete at the end is none. */
export async function* serverEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerEvent, void, undefined> {
  let fields = new Map<string, string>();
  for await (const line of textLines(body)) {
    if (line !== '') {
      addField(fields, line);
      continue;
    }
    const data = fields.get('data');
    if (data !== undefined) yield { event: fields.get('event') ?? 'message', id: fields.get('id'), data };
    fields = new Map();
  }
}

function addField(fields: Map<string, string>, line: string): void {
  const colon = line.indexOf(':');
  if (colon === 0) return; // a comment: it keeps the connection alive
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  const before = fields.get(name);
  fields.set(name, name === 'data' && before !== undefined ? `${before}\n${value}` : value);
}

/** Lines without their ends; what follows the last end is dropped. */
export async function* textLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}
