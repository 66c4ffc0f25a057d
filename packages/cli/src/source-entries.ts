import { lstat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Entry, Reading } from '@strongroom/migrate';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-code.js';
import type { Session } from './session.js';

/** How the help tells what --from takes. */
export const fromHelp =
  'where they are: a .env, JSON, YAML, Compose or Kubernetes file, a folder of secrets, `environment`, `-` for a .env on standard input, `vault:MOUNT/PATH`, or `audit` for what is hard-coded in this folder; a word and a colon before a file say what it is: dotenv, json, yaml, compose, kubernetes, folder';

const kinds = ['dotenv', 'json', 'yaml', 'compose', 'kubernetes', 'folder', 'vault', 'audit'] as const;
type Kind = (typeof kinds)[number] | 'environment' | 'standard input';

/**
 * Reads what is to be moved or compared. Warnings are told; of several sources that have a name the last one counts.
 *
 * @param environment whose Vault `vault:` means
 */
export async function readSources(
  session: Session,
  sources: readonly string[],
  environment: string,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const source of sources) {
    const reading = await readSource(session, source, environment);
    session.output.warnOfReading(reading);
    entries.push(...reading.entries);
  }
  return entries;
}

async function readSource(session: Session, source: string, environment: string): Promise<Reading> {
  const { io, signal } = session;
  const read = await import('@strongroom/migrate');
  const { kind, rest } = await kindOf(io.cwd, source);
  const path = resolve(io.cwd, rest);
  switch (kind) {
    case 'dotenv':
      return read.readDotenv(path);
    case 'json':
      return read.readJson(path);
    case 'yaml':
      return read.readYaml(path);
    case 'compose':
      return read.readCompose(path);
    case 'kubernetes':
      return read.readKubernetesSecret(path);
    case 'folder':
      return read.readSecretsFolder(path);
    case 'environment':
      return read.readEnvironment(io.env);
    case 'standard input':
      return read.readDotenv({ text: await textFrom(session), path: kind });
    case 'audit':
      return readAudit(session, path);
    case 'vault': {
      const [mount = '', ...segments] = rest.replace(/^\/+|\/+$/g, '').split('/');
      const { vault } = await session.vault(environment);
      return read.readVault({ vault, mount, path: segments.join('/'), signal });
    }
  }
}

/** What kind of source it is, as it says or by its name. */
export async function kindOf(
  cwd: string,
  source: string,
): Promise<{ readonly kind: Kind; readonly rest: string }> {
  if (source === '-') return { kind: 'standard input', rest: source };
  if (source === 'environment') return { kind: source, rest: source };
  if (source === 'audit') return { kind: source, rest: '.' };
  const [, word, rest] = /^([a-z]+):(.+)$/s.exec(source) ?? [];
  const said = kinds.find((kind) => kind === word);
  if (said !== undefined && rest !== undefined) return { kind: said, rest };
  const stats = await lstat(resolve(cwd, source)).catch(() => undefined);
  if (stats?.isDirectory() === true) return { kind: 'folder', rest: source };
  const name = basename(source).toLowerCase();
  if (/^(?:docker-)?compose\b.*\.ya?ml$/.test(name)) return { kind: 'compose', rest: source };
  if (/\.(?:json|ya?ml)$/.test(name)) {
    if (await isManifest(cwd, source)) return { kind: 'kubernetes', rest: source };
    return { kind: name.endsWith('.json') ? 'json' : 'yaml', rest: source };
  }
  return { kind: 'dotenv', rest: source };
}

/** Whether a file is a manifest of Kubernetes with a Secret in it: as plain YAML or JSON its values would be base64. */
async function isManifest(cwd: string, source: string): Promise<boolean> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(resolve(cwd, source), 'utf8').catch(() => '');
  return secretKind.test(text) && apiVersion.test(text);
}

// At the beginning of a line, as people write them, or in braces, as programs do.
const secretKind =
  /(?:^\ufeff?|[{,]\s*)["']?kind["']?\s*:\s*["']?(?:Secret|SecretList|List)["']?\s*(?:[,}#]|$)/m;
const apiVersion = /(?:^\ufeff?|[{,]\s*)["']?apiVersion["']?\s*:/m;

/** What is hard-coded below a folder, under the names that the audit proposes. */
async function readAudit(session: Session, root: string): Promise<Reading> {
  const { auditTree } = await import('@strongroom/migrate/audit');
  const config = await session.configIfAny();
  const { findings } = await auditTree({
    root,
    ...(config === undefined ? {} : { definition: config.definition }),
    signal: session.signal,
  });
  return { entries: findings.map((finding) => finding.entry()), warnings: [] };
}

async function textFrom({ io, signal }: Session): Promise<string> {
  if (io.stdin.isTTY === true) {
    throw new CommandError(exitCodes.usage, 'Standard input is a terminal', {
      remedy: 'Pipe the file into it: … < .env',
    });
  }
  const chunks: Buffer[] = [];
  // Who writes it may go on for ever.
  for await (const chunk of addAbortSignal(signal, io.stdin)) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}
