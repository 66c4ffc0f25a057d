import { JsonSyntaxError, parseFirstJson } from '../json/json-parser.js';
import { isJsonMap, type JsonMap } from '../json/json-value.js';
import { type Answer, errorAnswer } from './answer.js';
import type { HttpRequest } from './http-request.js';

const FORM = 'application/x-www-form-urlencoded';

function isForm(request: HttpRequest, body: string): boolean {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  return type === FORM && !/^[ \t\r\n]*[[{]/.test(body.slice(0, 512));
}

/** Of several values of one name a list with commas is made. */
function formData(body: string): JsonMap | Answer {
  if (/%(?![0-9a-fA-F]{2})/.test(body)) return errorAnswer(400, 'error parsing form data');
  const form = new URLSearchParams(body);
  return new Map(
    [...new Set(form.keys())].map((key) => {
      const values = form.getAll(key);
      return [key, values.join(',')];
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
