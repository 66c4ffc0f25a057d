import { readFile } from 'node:fs/promises';
import { type Lookup, type Source, SourceError } from '../src/index.js';

export const jsonFile = (file: string): Source => ({
  name: 'file',
  async lookup(settings, { signal }) {
    const text = await readFile(file, { encoding: 'utf8', signal }).catch(() => {
      throw new SourceError('SOURCE_UNAVAILABLE', `${file} cannot be read`);
    });
    const values = parse(text, file);
    const answer = (name: string): Lookup =>
      Object.hasOwn(values, name)
        ? { status: 'found', value: values[name], locator: `${file} ${name}` }
        : { status: 'absent', reason: 'no-such-key', locator: file };
    return new Map(settings.map(({ name }) => [name, answer(name)]));
  },
});

function parse(text: string, file: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    // Not the parser's own message: it quotes what it could not parse.
    throw new SourceError('SOURCE_MALFORMED', `${file} is not JSON`);
  }
}
