import type { JsonValue } from '../json/json-value.js';
import { writeJson } from '../json/json-writer.js';

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

export const jsonAnswer = (status: number, body: JsonValue): Answer => ({
  status,
  headers: JSON_TYPE,
  body: `${writeJson(body)}\n`,
});

/** JSON that is written already. */
export const renderedAnswer = (status: number, body: string): Answer => ({
  status,
  headers: JSON_TYPE,
  body,
});

/** 204. Vault names the type of the body even where there is none. */
export const emptyAnswer = (): Answer => ({ status: 204, headers: JSON_TYPE, body: '' });

export const errorAnswer = (status: number, ...errors: readonly string[]): Answer =>
  jsonAnswer(status, { errors });

export const textAnswer = (status: number, body: string): Answer => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  body,
});
