// Where keys stand in a TOML file, since the parser gives lines for broken syntax only.
// Knows tables, arrays of tables and `key = value`, which is all that cluster.toml has; anything else gets no line.

/** Lines (from 1) by dotted path, as `peer[0].raft`; a table's own path gives the line of its header. */
export function tomlLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const tables = new Map<string, number>();
  let prefix = '';
  for (const [at, line] of text.split('\n').entries()) {
    const header = /^\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]/.exec(line);
    const key = /^\s*"?([A-Za-z0-9_-]+)"?\s*=/.exec(line);
    if (header !== null) {
      prefix = header[2] ?? '';
      if (header[1] === '[[') {
        const count = tables.get(prefix) ?? 0;
        tables.set(prefix, count + 1);
        prefix = `${prefix}[${count}]`;
      }
      lines.set(prefix, at + 1);
    } else if (key !== null) {
      lines.set(prefix === '' ? `${key[1]}` : `${prefix}.${key[1]}`, at + 1);
    }
  }
  return lines;
}
