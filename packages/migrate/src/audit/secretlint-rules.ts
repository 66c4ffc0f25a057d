import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { SecretLintRuleContext, SecretLintSourceCode } from '@secretlint/types';
import type { Detection, Rule } from './rule.js';
import { isPlaceholder } from './value-strength.js';

// The preset's rules are run by themselves, without secretlint's core: its profiler notes a dozen marks for every file
// on the process's own performance timeline, keeps them all, and searches them for each new one.

/** What our own rules know better: where the value ends, which are placeholders, what hides a finding. */
const replaced = new Set(['basicauth', 'database-connection-string', 'privatekey', 'filter-comments']);

const titles: Readonly<Record<string, string>> = {
  aws: 'AWS',
  gcp: 'a service account of Google Cloud',
  npm: 'npm',
  github: 'GitHub',
  gitlab: 'GitLab',
  openai: 'OpenAI',
  sendgrid: 'SendGrid',
  huggingface: 'Hugging Face',
  'hashicorp-vault': 'Vault',
  '1password': '1Password',
};

const titleOf = (id: string): string => titles[id] ?? id.charAt(0).toUpperCase() + id.slice(1);

/** Runs the recommended preset of secretlint on a text. */
export function secretlintRules(text: string, file: string): readonly Detection[] {
  const found: Detection[] = [];
  for (const { id, rule, run } of runners) {
    run(text, file, ([from], data) => {
      const value = valueIn(data) ?? text;
      const start = text.indexOf(value, from);
      if (start === -1 || isPlaceholder(value.slice(-64))) return;
      found.push({
        rule,
        start,
        end: start + value.length,
        value,
        fallbackName: `${id.replaceAll('-', '_')}_TOKEN`,
      });
    });
  }
  return found;
}

type Report = (range: readonly [number, number], data: unknown) => void;

const runners = rules
  .map((creator) => ({ creator, id: creator.meta.id.replace('@secretlint/secretlint-rule-', '') }))
  .filter(({ id }) => !replaced.has(id))
  .map(({ creator, id }) => {
    let report: Report = () => undefined;
    const context: SecretLintRuleContext = {
      sharedOptions: {},
      // A rule's own message quotes what it found: only the data is taken.
      createTranslator: () => (messageId, data) => ({ message: '', messageId: String(messageId), data }),
      report: ({ message, range }) => report(range, message.data),
      ignore: () => undefined,
    };
    const { file: judge } = creator.create(context, {});
    const rule: Rule = {
      id: `secretlint/${id}`,
      level: 'error',
      message: `A secret of ${titleOf(id)} stands in the code`,
    };
    const run = (text: string, file: string, given: Report): void => {
      report = given;
      // Without a path: a rule for key stores would read the file itself, whatever lies there.
      void judge?.(sourceOf(text, file.endsWith('.json') ? '.json' : ''));
    };
    return { id, rule, run };
  });

function sourceOf(content: string, ext: string): SecretLintSourceCode {
  const unknown = (): never => {
    throw new TypeError('The rules of the preset work with offsets alone');
  };
  return {
    hasBOM: false,
    content,
    filePath: undefined,
    physicalFilePath: undefined,
    ext,
    contentType: 'text',
    getFilePath: () => undefined,
    getPhysicalFilePath: () => undefined,
    locationToRange: unknown,
    rangeToLocation: unknown,
    positionToIndex: unknown,
    indexToPosition: unknown,
  };
}

/** What a rule reports beside the message is the value; of a whole file, its name. */
function valueIn(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || 'FILE_NAME' in data) return undefined;
  const [value] = Object.values(data);
  return typeof value === 'string' ? value.replace(/^_authToken=/, '').trim() : undefined;
}
