import type { AnswerHead } from '../../src/http/answer-head.js';
import { AnswerReader } from '../../src/http/answer-reader.js';
import { HttpFault } from '../../src/http/http-fault.js';

/** What becomes of an answer: it is complete, it is waited for, or it cannot be believed. */
export interface Reading {
  readonly outcome: 'complete' | 'waiting' | 'fault';
  readonly code?: string;
  readonly head: AnswerHead | undefined;
  readonly body: string;
  readonly keepAlive: boolean;
}

/** Reads an answer in the given pieces; what comes behind the end is still shown to the reader, as a connection does. */
export function reading(pieces: readonly Buffer[], { bodyless = false, ended = false } = {}): Reading {
  const body: Buffer[] = [];
  let head: AnswerHead | undefined;
  const receiver = {
    head(given: AnswerHead) {
      if (head !== undefined) throw new Error('two heads');
      head = given;
    },
    data: (chunk: Buffer) => void body.push(chunk),
  };
  const reader = new AnswerReader(receiver, bodyless);
  const become = (outcome: Reading['outcome'], code?: string): Reading => ({
    outcome,
    ...(code === undefined ? {} : { code }),
    head,
    body: Buffer.concat(body).toString('latin1'),
    keepAlive: reader.keepAlive,
  });
  try {
    for (const piece of pieces) if (reader.read(piece)) return become('complete');
    return become(ended && reader.finish() ? 'complete' : 'waiting');
  } catch (error) {
    if (error instanceof HttpFault) return become('fault', error.code);
    throw error;
  }
}

/** The same in one piece. */
export const readingOf = (text: string, how = {}): Reading => reading([Buffer.from(text, 'latin1')], how);

/** Cuts bytes at the given places. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}
