import { JsonSyntaxError, parseFirstJson } from '../json/json-parser.js';
import { isJsonMap, type JsonMap, JsonNumber } from '../json/json-value.js';
import { type Answer, errorAnswer } from './answer.js';
import type { HttpRequest } from './http-request.js';

/** The JSON object in the body of a request to an endpoint outside the logical core; nothing counts as an empty one. */
export function readJsonBody(request: HttpRequest): JsonMap | Answer {
  if (request.body === undefined) {
    return errorAnswer(413, 'failed to parse JSON input: http: request body too large');
  }
  try {
    const value = parseFirstJson(request.body.toString('utf8')) ?? new Map();
    if (isJsonMap(value)) return value;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
  }
  return errorAnswer(400, 'failed to parse JSON input: unexpected EOF');
}

export const textIn = (body: JsonMap, name: string): string => {
  const value = body.get(name);
  return typeof value === 'string' ? value : '';
};

export const numberIn = (body: JsonMap, name: string): number => {
  const value = body.get(name);
  return value instanceof JsonNumber ? Math.trunc(Number(value.text)) : 0;
};
