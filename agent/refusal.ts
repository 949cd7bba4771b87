// What a peer says that will not open an agent's WebSocket: its problem in words, else the status of its answer.

import type { IncomingMessage } from 'node:http';
import { limits } from '../src/lib/limits.ts';
import { problemSchema } from '../src/protocol/api.ts';

/** Reads `response` to its end, or to its bound. It never rejects. */
export async function tellRefusal(response: IncomingMessage): Promise<string> {
  const status = `answered ${response.statusCode}`;
  try {
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) {
      text += String(chunk);
      if (text.length > limits.agentReportChars) return status;
    }
    const { detail, help } = problemSchema.parse(JSON.parse(text));
    return `${status}: ${detail} ${help}`;
  } catch {
    return status; // No problem of ours: a proxy, or another program.
  }
}
