import { createHmac, randomBytes, scrypt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isStrongroomError, SourceError } from '@strongroom/core';
import { replaceFile } from '../whole-file.js';
import type { Finding } from './finding.js';

/** One accepted finding. Only the fingerprint is compared; the rest is for whoever reads the file. */
interface Accepted {
  readonly fingerprint: string;
  readonly rule: string;
  readonly setting: string;
  readonly file: string;
}

const derive: (value: string, salt: Buffer, length: number) => Promise<Buffer> = promisify(scrypt);

/**
 * The findings that were accepted once: what a later audit finds of them again is no news, wherever it then stands.
 *
 * A fingerprint is a keyed hash of rule and setting; its key is derived from value and salt by scrypt (16 MiB and some
 * 50 ms a guess). A value with 60 bits or more of chance cannot be guessed from it; a password that is in a list can.
 */
export class Baseline {
  readonly #salt: Buffer;
  readonly #accepted = new Map<string, Accepted>();
  /** By value, so that a secret in many places costs one derivation. */
  readonly #keys = new Map<string, Promise<Buffer>>();

  constructor(salt: Buffer, accepted: readonly Accepted[]) {
    this.#salt = salt;
    for (const each of accepted) this.#accepted.set(each.fingerprint, each);
  }

  /** How many it holds. */
  get size(): number {
    return this.#accepted.size;
  }

  /** Whether the finding was accepted. */
  async has(finding: Finding): Promise<boolean> {
    return this.#accepted.has(await this.#fingerprint(finding));
  }

  /** A baseline that accepts these too, with the same salt, so that the file changes by lines that are new. */
  async with(findings: readonly Finding[]): Promise<Baseline> {
    const added = await Promise.all(
      findings.map(async (finding) => ({
        fingerprint: await this.#fingerprint(finding),
        rule: finding.rule,
        setting: finding.proposal.setting,
        file: finding.file,
      })),
    );
    return new Baseline(this.#salt, [...added, ...this.#accepted.values()]);
  }

  /** The baseline's file: fingerprints, rules, names of settings and files, in a stable order. */
  toString(): string {
    const accepted = [...this.#accepted.values()].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
    return `${JSON.stringify({ version: 1, salt: this.#salt.toString('base64'), accepted }, null, 2)}\n`;
  }

  async #fingerprint(finding: Finding): Promise<string> {
    const value = String(finding.entry().reveal());
    const key = this.#keys.get(value) ?? derive(value, this.#salt, 32);
    this.#keys.set(value, key);
    return createHmac('sha256', await key)
      .update(`${finding.rule}\0${nameOf(finding)}`)
      .digest('hex')
      .slice(0, 32);
  }
}

// Which number a proposed name gets depends on what else was found.
const nameOf = ({ proposal: { setting, declared } }: Finding): string =>
  declared ? setting : setting.replace(/_\d+$/, '');

/** A baseline that accepts these findings. */
export const createBaseline = (findings: readonly Finding[]): Promise<Baseline> =>
  new Baseline(randomBytes(16), []).with(findings);

/**
 * Writes a baseline's file, whole or not at all: what was accepted before stays where the disk is full.
 *
 * @throws StrongroomError `FILE_UNWRITABLE`
 */
export const writeBaseline = (path: string, baseline: Baseline): Promise<void> =>
  // It is to be committed, and to be read by whoever looks.
  replaceFile(path, baseline.toString(), 'The baseline', { mode: 0o666 });

/**
 * Reads a baseline's file.
 *
 * @throws SourceError `SOURCE_UNAVAILABLE` for one that cannot be read, `SOURCE_MALFORMED` for what is no baseline
 */
export async function readBaseline(path: string): Promise<Baseline> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const hint = 'Check the path, or write a new baseline.';
    throw new SourceError('SOURCE_UNAVAILABLE', `The baseline ${path} cannot be read`, {
      cause,
      locator: path,
      hint,
    });
  }
  try {
    const { version, salt, accepted } = JSON.parse(text) as Record<string, unknown>;
    if (version !== 1 || typeof salt !== 'string' || !Array.isArray(accepted)) throw malformed(path);
    return new Baseline(
      Buffer.from(salt, 'base64'),
      accepted.map((each) => acceptedOf(each, path)),
    );
  } catch (cause) {
    // A parser's message may quote the text.
    throw isStrongroomError(cause) ? cause : malformed(path);
  }
}

function acceptedOf(given: unknown, path: string): Accepted {
  const { fingerprint, rule, setting, file } = (given ?? {}) as Record<string, unknown>;
  if (typeof fingerprint !== 'string' || !/^[0-9a-f]{32}$/.test(fingerprint)) throw malformed(path);
  return { fingerprint, rule: String(rule), setting: String(setting), file: String(file) };
}

const malformed = (path: string): SourceError =>
  new SourceError('SOURCE_MALFORMED', `${path} is no baseline of an audit`, {
    locator: path,
    hint: 'Write a new one; or take the file of a version of this program that is not older.',
  });
