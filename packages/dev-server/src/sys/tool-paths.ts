import { createHash, randomBytes } from 'node:crypto';
import { failure, refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';

const HASHES: ReadonlyMap<string, string> = new Map([
  ['sha2-224', 'sha224'],
  ['sha2-256', 'sha256'],
  ['sha2-384', 'sha384'],
  ['sha2-512', 'sha512'],
]);

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MAX_BYTES = 131_072;

function encoded(bytes: Buffer, format: string): string {
  if (format !== 'hex' && format !== 'base64') {
    throw refusal(`unsupported encoding format ${format}; must be "hex" or "base64"`);
  }
  return bytes.toString(format);
}

/** `tools/hash` and `tools/random`. */
export const toolPaths = (): readonly BackendPath[] => [
  definePath({
    pattern: /^tools\/hash(?:\/(?<urlalgorithm>.+))?$/,
    fields: { input: 'string', algorithm: 'string', urlalgorithm: 'string', format: 'string' },
    operations: {
      update: ({ fields }) => {
        const algorithm = fields.get('urlalgorithm') || (fields.get('algorithm') ?? 'sha2-256');
        const input = fields.get('input') ?? '';
        if (!BASE64.test(input)) throw refusal('unable to decode input as base64: illegal base64 data');
        const hash = HASHES.get(algorithm);
        if (hash === undefined) throw refusal(`unsupported algorithm ${algorithm}`);
        const sum = createHash(hash).update(Buffer.from(input, 'base64')).digest();
        return { data: { sum: encoded(sum, fields.get('format') ?? 'hex') } };
      },
    },
  }),
  definePath({
    pattern: /^tools\/random(?:\/(?<urlbytes>.+))?$/,
    fields: { bytes: 'int', urlbytes: 'string', format: 'string' },
    operations: {
      update: ({ fields }) => {
        const url = fields.get('urlbytes') ?? '';
        const bytes = url === '' ? (fields.get('bytes') ?? 32) : Number(url);
        if (!Number.isInteger(bytes)) throw refusal(`error parsing url-set byte count: ${url}`);
        if (bytes < 1) throw refusal('"bytes" cannot be less than 1');
        if (bytes > MAX_BYTES) throw failure(`"bytes" should be less than ${MAX_BYTES}`, 400);
        return { data: { random_bytes: encoded(randomBytes(bytes), fields.get('format') ?? 'base64') } };
      },
    },
  }),
];
