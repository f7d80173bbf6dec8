// Words a refusal of the server's own, and writes answers to the socket. Dialects make theirs
// alone.
import type { ServerResponse } from 'node:http';
import { PROBLEM_MEDIA_TYPE } from '@hutong/sdk/contract';
import type { InboundAnswer } from '../dialects/inbound.ts';
import {
  definitionOf,
  type Language,
  type Problem,
  retryAfterSeconds,
  toProblemJson,
} from '../problems/index.ts';

export function problemAnswer(
  problem: Problem,
  requestId: string,
  language: Language = 'en',
): InboundAnswer {
  const seconds = retryAfterSeconds(problem);
  return {
    status: definitionOf(problem.code).status,
    headers: {
      'content-type': PROBLEM_MEDIA_TYPE,
      'cache-control': 'no-store',
      'content-language': language === 'zh' ? 'zh-CN' : 'en',
      ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }),
    },
    body: JSON.stringify(toProblemJson(problem, { requestId, language })),
  };
}

/** Resolves when everything is handed to the socket, or the client has gone. */
export async function sendAnswer(
  outgoing: ServerResponse,
  answer: InboundAnswer,
  requestId: string,
): Promise<void> {
  if (outgoing.destroyed || outgoing.headersSent) return;
  const { status, body } = answer;
  const headers: string[] = ['server', 'hutong', 'x-content-type-options', 'nosniff'];
  for (const name in answer.headers) headers.push(name, answer.headers[name] ?? '');
  headers.push('x-request-id', requestId);
  if (body === null || typeof body === 'string' || body instanceof Uint8Array) {
    if (status !== 204 && status !== 304) {
      headers.push('content-length', String(body === null ? 0 : Buffer.byteLength(body)));
    }
    outgoing.writeHead(status, headers);
    outgoing.end(body);
    return;
  }
  outgoing.writeHead(status, headers);
  outgoing.flushHeaders();
  await sendStream(outgoing, body);
}

/** Waits for a slow client instead of filling the memory with what it does not read. */
async function sendStream(outgoing: ServerResponse, body: AsyncIterable<string>): Promise<void> {
  for await (const text of body) {
    if (outgoing.destroyed) return;
    if (outgoing.write(text)) continue;
    await new Promise<void>((resolve) => {
      const go = () => {
        outgoing.off('drain', go);
        outgoing.off('close', go);
        resolve();
      };
      outgoing.on('drain', go);
      outgoing.on('close', go);
    });
  }
  outgoing.end();
}
