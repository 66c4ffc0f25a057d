import { JsonSyntaxError, parseFirstJson } from '../json/json-parser.js';
import { isJsonMap, type JsonMap } from '../json/json-value.js';
import { type Answer, errorAnswer } from './answer.js';
import type { HttpRequest } from './http-request.js';

const FORM = 'application/x-www-form-urlencoded';

function isForm(request: HttpRequest, body: string): boolean {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  return type === FORM && !/^[ \t\r\n]*[[{]/.test(body.slice(0, 512));
}

function formData(body: string): JsonMap {
  const form = new URLSearchParams(body);
  return new Map(
    [...new Set(form.keys())].map((key) => {
      const values = form.getAll(key);
      return [key, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

/** The object in the body of a write; nothing and null count as an empty one. */
export function readData(request: HttpRequest): JsonMap | Answer {
  if (request.body === undefined) return errorAnswer(413, 'error parsing JSON');
  const body = request.body.toString('utf8');
  if (isForm(request, body)) return formData(body);
  try {
    const data = parseFirstJson(body) ?? null;
    if (data === null) return new Map();
    if (isJsonMap(data)) return data;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
  }
  return errorAnswer(400, 'error parsing JSON');
}
