import type { Origin } from '../entry.js';
import { type ComposeContext, namedFile, readNamedFile } from './named-file.js';
import { malformedText, utf8 } from './read-text.js';
import type { Reading } from './reading.js';
import { ReadingDraft } from './reading-draft.js';
import { at, type Tree } from './tree.js';

/**
 * Reads the secrets that services of a Compose file are given: each by its name, with what its file or its variable
 * holds, without one newline at the end of a file, as for `NAME_FILE`.
 *
 * @param secrets what stands under `secrets` of the file
 * @throws SourceError `SOURCE_MALFORMED` with the line for a secret that is given and not declared, and what a file that
 *   cannot be read throws
 */
export async function readComposeSecrets(
  secrets: Tree | undefined,
  services: readonly Tree[],
  context: ComposeContext,
): Promise<Reading> {
  const draft = new ReadingDraft();
  const all = new Map(secrets?.members?.map((member) => [member.key, member]));
  const given = new Map(services.flatMap((service) => secretsGivenTo(service, context.place)));
  for (const [name, line] of given) {
    const declared = all.get(name);
    if (declared === undefined) {
      throw malformedText(context.place, line, 'gives a secret that is not declared under `secrets`.');
    }
    await addSecret(draft, name, declared.tree, declared.line, context);
  }
  return draft.finish();
}

/** A secret is given by its name, or by a map with it as `source`. */
function secretsGivenTo(service: Tree, place: string): readonly (readonly [name: string, line: number])[] {
  return (at(service, 'secrets')?.items ?? []).map((item) => {
    const name = item.text ?? at(item, 'source')?.text;
    if (name === undefined) throw malformedText(place, item.line, 'is no secret: its name is wanted.');
    return [name, item.line];
  });
}

async function addSecret(
  draft: ReadingDraft,
  name: string,
  tree: Tree,
  line: number,
  context: ComposeContext,
): Promise<void> {
  const here: Origin = { reader: 'compose', place: context.place, line };
  const path = at(tree, 'file');
  const variable = at(tree, 'environment')?.text;
  if (path?.text !== undefined) {
    const file = namedFile(path.text, path.line, context);
    if (file === undefined) {
      const message = `the path of ${name} refers to a variable that is not known here, and the file is not read.`;
      draft.warn('unresolved-reference', here, message, name);
      return;
    }
    const origin: Origin = { reader: 'compose', place: file.place };
    const bytes = await readNamedFile(file, 'Make the file, or read a service that is not given the secret.');
    const value = bytes && utf8(bytes)?.replace(/\r?\n$/, '');
    if (value === undefined)
      draft.warn('not-text', origin, `${name} is no UTF-8 text and is left out.`, name);
    else draft.add(name, value, origin);
  } else if (variable !== undefined) {
    const value = context.variables.get(variable);
    if (value === undefined) {
      const message = `${name} comes from a variable that is not known here, and is left out: read it where it is set.`;
      draft.warn('unresolved-reference', here, message, name);
    } else draft.add(name, value, here);
  } else {
    const message = `${name} is kept where this file does not say, and is left out: read it there.`;
    draft.warn('not-followed', here, message, name);
  }
}
