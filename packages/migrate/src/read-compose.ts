import { dirname, resolve } from 'node:path';
import {
  checkOptions,
  type EnvironmentVariables,
  isSourceError,
  isStrongroomError,
  SourceError,
} from '@strongroom/core';
import type { Origin } from './entry.js';
import { interpolate } from './interpolation.js';
import { addDotenv } from './read-dotenv.js';
import { malformedText, readText, type TextSource } from './read-text.js';
import type { Reading } from './reading.js';
import { ReadingDraft } from './reading-draft.js';
import { at, type Member, type Tree, warnOfNote } from './tree.js';
import { parseYaml } from './yaml-tree.js';

export interface ReadComposeOptions {
  /** The service to read. @default all of them */
  readonly service?: string;
  /** What `${NAME}` in the file refers to. @default the `.env` file beside it, if there is one, as for Compose */
  readonly variables?: EnvironmentVariables;
}

/**
 * Reads the `environment` (a map or a list) and the `env_file` of the services of a Compose file. What `environment`
 * says comes before what a file says, and of files the later one. `${NAME:-default}` and its like are replaced, and
 * `$$` is a `$`. A value that refers to an unknown variable is left out with a warning: it is not in this file. So is
 * one that Compose would take from the shell. `extends`, `include` and `secrets` are not followed, with a warning.
 *
 * @throws SourceError `SOURCE_UNAVAILABLE` when there is no such file or a file that it needs, `SOURCE_DENIED` when one
 *   may not be read, and `SOURCE_MALFORMED` with the line when it is no valid YAML, has no such service, or two services
 *   with different values for one name
 */
export async function readCompose(source: TextSource, options: ReadComposeOptions = {}): Promise<Reading> {
  checkOptions('readCompose()', options, { service: true, variables: true });
  const { text, place } = await readText(source);
  const [tree] = await parseYaml(text, place);
  const services = at(tree, 'services')?.members ?? [];
  const wanted = services.filter(({ key }) => options.service === undefined || key === options.service);
  if (wanted.length === 0) {
    const names = services.map(({ key }) => key).join(', ');
    const what = names === '' ? 'has no services.' : `has no such service: it has ${names}.`;
    throw malformedText(place, undefined, what);
  }
  const draft = new ReadingDraft();
  const variables = await variablesFor(place, options.variables);
  for (const key of ['include', 'secrets']) warnOfOthers(draft, tree, key, place);
  for (const service of wanted) {
    draft.join(await readService(service, place, variables), 'name the service to read.');
  }
  return draft.finish();
}

async function variablesFor(
  place: string,
  given: EnvironmentVariables | undefined,
): Promise<ReadonlyMap<string, string>> {
  if (given !== undefined) {
    return new Map(Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined));
  }
  const beside = new ReadingDraft();
  const path = resolve(dirname(place), '.env');
  await addFile(beside, path, path, false);
  return new Map(beside.finish().entries.map((entry) => [entry.name, String(entry.reveal())]));
}

/**
 * Adds a `.env` file as Compose reads it.
 *
 * @param place as messages name it, without the values that were put into its path
 */
async function addFile(
  draft: ReadingDraft,
  path: string,
  place: string,
  needed: boolean,
  variables?: ReadonlyMap<string, string>,
): Promise<void> {
  try {
    const { text } = await readText(path);
    addDotenv(draft, text, place, true, variables);
  } catch (error) {
    if (!needed && isStrongroomError(error, 'SOURCE_UNAVAILABLE')) return;
    if (path === place || !isSourceError(error)) throw error;
    throw new SourceError(error.code, `The file that ${place} leads to cannot be read`, { locator: place });
  }
}

async function readService(
  { tree }: Member,
  place: string,
  variables: ReadonlyMap<string, string>,
): Promise<Reading> {
  const draft = new ReadingDraft();
  warnOfOthers(draft, tree, 'extends', place);
  for (const { path, line, needed } of filesOf(at(tree, 'env_file'))) {
    const { text, unresolved } = interpolate(path, (name) => variables.get(name), '$');
    if (unresolved.size === 0) {
      const [real = '', written = ''] = [text, path].map((path) => resolve(dirname(place), path));
      await addFile(draft, real, written, needed, variables);
      continue;
    }
    const message = 'the path refers to a variable that is not known here, and the file is not read.';
    draft.warn('unresolved-reference', { reader: 'compose', place, line }, message);
  }
  for (const variable of variablesOf(at(tree, 'environment'), place))
    addVariable(draft, variable, place, variables);
  return draft.finish();
}

function warnOfOthers(draft: ReadingDraft, tree: Tree | undefined, key: string, place: string): void {
  const member = tree?.members?.find((member) => member.key === key);
  if (member === undefined) return;
  const message = `${key} leads to other files, which are not read: read them by themselves.`;
  draft.warn('not-followed', { reader: 'compose', place, line: member.line }, message);
}

interface EnvironmentFile {
  readonly path: string;
  readonly line: number;
  readonly needed: boolean;
}

/** `env_file` is a path, or a list of paths or of maps with a `path`. */
function filesOf(tree: Tree | undefined): readonly EnvironmentFile[] {
  return [tree?.items ?? tree ?? []].flat().flatMap((item) => {
    const path = item.text ?? at(item, 'path')?.text;
    if (path === undefined) return [];
    return [{ path, line: item.line, needed: at(item, 'required')?.value !== false }];
  });
}

interface Variable {
  readonly name: string;
  readonly line: number;
  /** Undefined where Compose would take it from the shell or from `.env`. */
  readonly text: string | undefined;
  readonly tree: Tree;
}

function variablesOf(tree: Tree | undefined, place: string): readonly Variable[] {
  const inMap = tree?.members?.map(({ key, line, tree }) => ({ name: key, line, text: tree.text, tree }));
  const inList = tree?.items?.map((tree) => {
    const [, name = '', text] = /^([^=]*)(?:=([\s\S]*))?$/.exec(tree.text ?? '') ?? [];
    return { name, line: tree.line, text, tree };
  });
  const variables = inMap ?? inList ?? [];
  for (const { name, line, tree } of variables) {
    const isText = tree.members === undefined && tree.items === undefined;
    // It is not shown: it may be a value that lost its name.
    if (!/^[\w.-]+$/.test(name) || !isText) {
      throw malformedText(place, line, 'is no variable: a name and a text are wanted.');
    }
  }
  return variables;
}

function addVariable(
  draft: ReadingDraft,
  { name, line, text, tree }: Variable,
  place: string,
  variables: ReadonlyMap<string, string>,
): void {
  const origin: Origin = { reader: 'compose', place, line };
  const replaced = text === undefined ? undefined : interpolate(text, (name) => variables.get(name), '$');
  const value = replaced === undefined ? variables.get(name) : replaced.text;
  if (value === undefined || (replaced?.unresolved.size ?? 0) > 0) {
    draft.remove(name);
    const message = `${name} comes from a variable that is not known here, and is left out: read it where it is set.`;
    draft.warn('unresolved-reference', origin, message, name);
    return;
  }
  warnOfNote(draft, name, tree, origin);
  draft.add(name, value, origin);
}
