import { createHash, randomBytes } from 'node:crypto';
import { Base64Error, decodeBase64 } from '../go/base64.js';
import { quote } from '../go/format-value.js';
import { invalidInt, parseDecimal } from '../go/parse-number.js';
import { refusal } from '../logical/logical-fault.js';
import { type BackendPath, definePath } from '../logical/path-backend.js';

const HASHES: ReadonlyMap<string, string> = new Map([
  ['sha2-224', 'sha224'],
  ['sha2-256', 'sha256'],
  ['sha2-384', 'sha384'],
  ['sha2-512', 'sha512'],
]);

const MAX_BYTES = 131_072;

const isFormat = (format: string): format is 'hex' | 'base64' => format === 'hex' || format === 'base64';

/** `tools/hash` and `tools/random`. */
export const toolPaths = (): readonly BackendPath[] => [
  definePath({
    pattern: /^tools\/hash(?:\/(?<urlalgorithm>.+))?$/,
    fields: { input: 'string', algorithm: 'string', urlalgorithm: 'string', format: 'string' },
    operations: {
      update: ({ fields }) => {
        const algorithm = fields.get('urlalgorithm') || (fields.get('algorithm') ?? 'sha2-256');
        const format = fields.get('format') ?? 'hex';
        let input: Buffer;
        try {
          input = decodeBase64(fields.get('input') ?? '');
        } catch (error) {
          if (!(error instanceof Base64Error)) throw error;
          throw refusal(`unable to decode input as base64: ${error.message}`);
        }
        if (!isFormat(format)) {
          throw refusal(`unsupported encoding format ${format}; must be "hex" or "base64"`);
        }
        const hash = HASHES.get(algorithm);
        if (hash === undefined) throw refusal(`unsupported algorithm ${algorithm}`);
        return { data: { sum: createHash(hash).update(input).digest(format) } };
      },
    },
  }),
  definePath({
    pattern: /^tools\/random(?:\/(?<urlbytes>.+))?$/,
    fields: { bytes: 'int', urlbytes: 'string', format: 'string' },
    operations: {
      update: ({ fields }) => {
        const url = fields.get('urlbytes') ?? '';
        const bytes = url === '' ? (fields.get('bytes') ?? 32) : parseDecimal(url);
        const format = fields.get('format') ?? 'base64';
        if (bytes === undefined) {
          const problem = invalidInt(url).replace('ParseInt', 'Atoi');
          throw refusal(`error parsing url-set byte count: ${problem}`);
        }
        if (bytes < 1) throw refusal('"bytes" cannot be less than 1');
        if (bytes > MAX_BYTES) throw refusal(`"bytes" should be less than ${MAX_BYTES}`);
        if (!isFormat(format)) {
          throw refusal(`unsupported encoding format ${quote(format)}; must be "hex" or "base64"`);
        }
        return { data: { random_bytes: randomBytes(bytes).toString(format) } };
      },
    },
  }),
];
