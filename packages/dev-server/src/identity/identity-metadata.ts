import { quote } from '../go/format-value.js';
import { failure } from '../logical/logical-fault.js';

const KEY = /^[a-zA-Z0-9=/+_-]+$/;
const RESERVED = 'vault-';
const MOST_PAIRS = 64;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 512;

function pairProblem(key: string, value: string): string | undefined {
  if (key === '') return 'key cannot be blank';
  if (!KEY.test(key)) return 'key contains invalid characters';
  if (key.length > LONGEST_KEY) return `key is too long (limit: ${LONGEST_KEY} characters)`;
  if (key.startsWith(RESERVED)) return `key prefix "${RESERVED}" is reserved for internal use`;
  if (Buffer.byteLength(value) > LONGEST_VALUE)
    return `value is too long (limit: ${LONGEST_VALUE} characters)`;
  return undefined;
}

/** @throws LogicalFault for what cannot be said about an entity or a group */
export function checkMetadata(owner: 'entity' | 'group', metadata: ReadonlyMap<string, string>): void {
  const refused = (problem: string): Error => failure(`invalid ${owner} metadata: ${problem}`);
  if (metadata.size > MOST_PAIRS) {
    throw refused(`metadata cannot contain more than ${MOST_PAIRS} key/value pairs`);
  }
  for (const [key, value] of metadata) {
    const problem = pairProblem(key, value);
    if (problem === undefined) continue;
    throw refused(`failed to load metadata pair (${quote(key)}, ${quote(value)}): ${problem}`);
  }
}
