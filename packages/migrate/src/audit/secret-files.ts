import type { Detection, Rule } from './rule.js';

const secretFile: Rule = {
  id: 'secret-file',
  level: 'error',
  message: 'A file that holds nothing but a secret',
};

/** By the file's name: what is the secret in it, and the name that is proposed. */
const files: readonly (readonly [path: RegExp, value: RegExp, name: string])[] = [
  [/(?:^|\/)config\/(?:master|credentials\/[\w-]{1,40})\.key$/, /^[0-9a-f]{32,64}$/gm, 'RAILS_MASTER_KEY'],
  [/(?:^|\/)\.(?:vault|bao)-token$/, /^\S{8,512}$/gm, 'VAULT_TOKEN'],
  [/(?:^|\/)\.?vault[-_]?pass(?:word)?(?:\.txt)?$/, /^\S{4,256}$/gm, 'ANSIBLE_VAULT_PASSWORD'],
  [
    /(?:^|\/)\.pgpass$/,
    /(?<=^[^:\n]{1,253}:[^:\n]{1,5}:[^:\n]{1,64}:[^:\n]{1,64}:)[^\n]{4,256}$/gm,
    'PGPASSWORD',
  ],
];

/** The files that tools keep a secret in, and nothing else. */
export function secretFiles(text: string, file: string): readonly Detection[] {
  return files.flatMap(([path, value, name]) =>
    path.test(file)
      ? [...text.matchAll(value)].map(({ index, 0: found }) => ({
          rule: secretFile,
          start: index,
          end: index + found.length,
          value: found,
          name,
        }))
      : [],
  );
}
