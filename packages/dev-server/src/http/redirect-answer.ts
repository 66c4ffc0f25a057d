import type { Answer } from './answer.js';

const STATUS_TEXT: ReadonlyMap<number, string> = new Map([
  [301, 'Moved Permanently'],
  [307, 'Temporary Redirect'],
]);

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&#34;'],
  ["'", '&#39;'],
]);

/** A redirect as Go's server writes it: with a small page for GET, with nothing for writes. */
export function redirectAnswer(method: string, location: string, status: number): Answer {
  const escaped = location.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? character);
  const page = method === 'GET' || method === 'HEAD';
  return {
    status,
    headers: { Location: location, ...(page ? { 'Content-Type': 'text/html; charset=utf-8' } : {}) },
    body: method === 'GET' ? `<a href="${escaped}">${STATUS_TEXT.get(status)}</a>.\n\n` : '',
  };
}
