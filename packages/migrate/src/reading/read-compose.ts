import { dirname, resolve } from 'node:path';
import { checkOptions, type EnvironmentVariables, isSourceError, parseBoolean } from '@strongroom/core';
import type { Origin } from '../entry.js';
import { readComposeSecrets } from './compose-secrets.js';
import { type Interpolated, interpolate } from './interpolation.js';
import { type ComposeContext, namedFile, readNamedFile } from './named-file.js';
import { addRawEnv } from './raw-env.js';
import { addDotenv } from './read-dotenv.js';
import { decode, malformedText, readBytes, readText, systemCodeOf, type TextSource } from './read-text.js';
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
 * Reads the `environment` (a map or a list), the `env_file` and the `secrets` of the services of a Compose file. What
 * `environment` says comes before what a file says, and of files the later one. Paths are seen from the folder of the
 * Compose file; `~` is the home folder; an `env_file` may be missing where it says `required: false`, and is taken as it
 * stands with `format: raw`. `${NAME:-default}` and its like are replaced, and `$$` is a `$`. A value that refers to an
 * unknown variable is left out with a warning: it is not in this file. So is one that Compose would take from the
 * shell. `extends`, `include` and `configs` are not followed, with a warning.
 *
 * @throws SourceError `SOURCE_UNAVAILABLE` when there is no such file, `SOURCE_DENIED` when it may not be read, either
 *   with the line when it is one that the file names, and `SOURCE_MALFORMED` with the line when it is no valid YAML,
 *   not of the form of Compose, has no such service, or two services with different values for one name
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
  const context: ComposeContext = { place, variables: await variablesFor(place, options.variables) };
  for (const key of ['include', 'configs']) warnOfOthers(draft, tree, key, place);
  for (const service of wanted) {
    draft.join(await readService(service, context), 'name the service to read.');
  }
  const trees = wanted.map(({ tree }) => tree);
  const secrets = await readComposeSecrets(at(tree, 'secrets'), trees, context);
  draft.join(secrets, 'give one of the two another name.');
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
  try {
    addDotenv(beside, decode(await readBytes(path), path), path, true);
  } catch (error) {
    // A folder of that name, which Python projects have, Compose passes over as well.
    const code = isSourceError(error) ? systemCodeOf(error) : undefined;
    if (code !== 'ENOENT' && code !== 'EISDIR') throw error;
  }
  return new Map(beside.finish().entries.map((entry) => [entry.name, String(entry.reveal())]));
}

async function readService({ tree }: Member, context: ComposeContext): Promise<Reading> {
  const { place, variables } = context;
  const draft = new ReadingDraft();
  warnOfOthers(draft, tree, 'extends', place);
  const own = variablesOf(at(tree, 'environment'), context);
  const values = new Map(own.map(({ name, value }) => [name, value]));
  const look = (name: string) => variables.get(name) ?? values.get(name);
  for (const { path, line, needed, raw } of filesOf(at(tree, 'env_file'), context)) {
    const file = namedFile(path, line, context);
    if (file === undefined) {
      const message = 'the path refers to a variable that is not known here, and the file is not read.';
      draft.warn('unresolved-reference', { reader: 'compose', place, line }, message);
      continue;
    }
    const hint = 'Make the file, or say `required: false` where the service can do without it.';
    const bytes = await readNamedFile(file, needed ? hint : undefined);
    if (bytes === undefined) continue;
    const text = decode(bytes, file.place);
    if (raw) addRawEnv(draft, text, file.place, look);
    else addDotenv(draft, text, file.place, true, look);
  }
  for (const variable of own) addVariable(draft, variable, place);
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
  /** Whether it is taken as it stands. */
  readonly raw: boolean;
}

/** `env_file` is a path, or a list of paths or of maps with a `path`. */
function filesOf(tree: Tree | undefined, context: ComposeContext): readonly EnvironmentFile[] {
  if (isNothing(tree)) return [];
  return [tree.items ?? tree].flat().map((item) => {
    const path = item.text ?? at(item, 'path')?.text;
    if (path === undefined)
      throw malformedText(context.place, item.line, 'is no env_file: a path is wanted.');
    const format = optionOf(item, 'format', context)?.text ?? '';
    if (format !== '' && format !== 'raw') {
      throw malformedText(context.place, item.line, 'has a format of env_file that Compose does not know.');
    }
    const required = optionOf(item, 'required', context);
    const needed = required === undefined ? true : parseBoolean(required.text);
    if (needed === undefined) {
      throw malformedText(context.place, item.line, 'has a `required` that is neither true nor false.');
    }
    return { path, line: item.line, needed, raw: format === 'raw' };
  });
}

/** What an entry of `env_file` says beside its path; nothing where it does not. */
function optionOf(item: Tree, key: string, { variables }: ComposeContext): Interpolated | undefined {
  const text = at(item, key)?.text;
  return text === undefined ? undefined : interpolate(text, (name) => variables.get(name), '$');
}

/** Whether there is nothing, or what another file has there is taken away (`!reset null`). */
function isNothing(tree: Tree | undefined): tree is undefined {
  if (tree === undefined || tree.value === null) return true;
  return tree.note === 'unknown-tag' && /^(?:null|~)?$/i.test(tree.text ?? '');
}

interface Variable {
  readonly name: string;
  readonly line: number;
  /** Undefined where Compose would take it from the shell, or it refers to what is not known. */
  readonly value: string | undefined;
  readonly tree: Tree;
}

function variablesOf(tree: Tree | undefined, { place, variables }: ComposeContext): readonly Variable[] {
  if (isNothing(tree)) return [];
  const inMap = tree.members
    ?.filter(({ tree }) => tree.value === null || !isNothing(tree))
    .map(({ key, line, tree }) => ({ name: key, line, text: tree.text, tree }));
  const inList = tree.items?.map((tree) => {
    const [, name = '', text] = /^([^=]*)(?:=([\s\S]*))?$/.exec(tree.text ?? '') ?? [];
    return { name, line: tree.line, text, tree };
  });
  const written = inMap ?? inList;
  if (written === undefined) {
    throw malformedText(place, tree.line, 'is no environment: a list or a map of variables is wanted.');
  }
  return written.map(({ name, line, text, tree }) => {
    const isText = tree.members === undefined && tree.items === undefined;
    // It is not shown: it may be a value that lost its name.
    if (!/^[\w.-]+$/.test(name) || !isText) {
      throw malformedText(place, line, 'is no variable: a name and a text are wanted.');
    }
    if (text === undefined) return { name, line, tree, value: variables.get(name) };
    const replaced = interpolate(text, (name) => variables.get(name), '$');
    return { name, line, tree, value: replaced.unresolved.size > 0 ? undefined : replaced.text };
  });
}

function addVariable(draft: ReadingDraft, { name, line, value, tree }: Variable, place: string): void {
  const origin: Origin = { reader: 'compose', place, line };
  if (value === undefined) {
    draft.remove(name);
    const message = `${name} comes from a variable that is not known here, and is left out: read it where it is set.`;
    draft.warn('unresolved-reference', origin, message, name);
    return;
  }
  warnOfNote(draft, name, tree, origin);
  draft.add(name, value, origin);
}
