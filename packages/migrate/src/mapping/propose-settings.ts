import type { Place } from '@strongroom/core';
import type { Entry } from '../entry.js';
import { wordsOf } from './mapping-name.js';
import { secretLook } from './mapping-secret-look.js';

/** A setting that an entry could become. It says nothing of the value but its form. */
export interface ProposedSetting {
  /** The entry's name where that can be a setting's, otherwise one made of its words. */
  readonly name: string;
  readonly entry: string;
  readonly kind: 'secret' | 'plain';
  /** Of secrets. */
  readonly place: Place | undefined;
  readonly form: 'text' | 'url' | 'integer' | 'number' | 'boolean';
  /** Whether the entry is empty, so that the setting has to be optional. */
  readonly optional: boolean;
  /** Why it is taken for what it is, in words. */
  readonly why: string;
}

/** Proposes the settings of an application from what it has now: one for each name. */
export function proposeSettings(entries: readonly Entry[]): readonly ProposedSetting[] {
  const proposed = new Map<string, ProposedSetting>();
  const taken = new Set<string>();
  for (const entry of entries) {
    const name = settingName(entry.name);
    if (name === undefined || proposed.has(name)) continue;
    const text = textOf(entry.reveal());
    const form = formOf(text);
    const look = secretLook(entry.name, entry.reveal()) ?? connectionLook(text) ?? auditLook(entry);
    const place = look === undefined ? undefined : freePlace(name, taken);
    proposed.set(name, {
      name,
      entry: entry.name,
      kind: place === undefined ? 'plain' : 'secret',
      place,
      form,
      optional: text === '',
      why: look ?? 'neither its name nor its form is that of a secret',
    });
  }
  return [...proposed.values()];
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

function settingName(name: string): string | undefined {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return usable(name);
  const plain = name.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, '');
  return usable(plain.toUpperCase().replace(/^(?=\d)/, '_'));
}

/** What every object has, and what would make a snapshot something else. */
const usable = (name: string): string | undefined =>
  name === '' || name in Object.prototype || name === 'toJSON' || name === 'then' ? undefined : name;

function formOf(text: string): ProposedSetting['form'] {
  if (/^-?(?:0|[1-9]\d{0,14})$/.test(text)) return 'integer';
  if (/^-?(?:0|[1-9]\d{0,11})\.\d{1,6}$/.test(text)) return 'number';
  if (/^(?:true|false|yes|no)$/i.test(text)) return 'boolean';
  return /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(text) && URL.canParse(text) ? 'url' : 'text';
}

/** On a developer's machine it has no password, in production it has. */
const connectionLook = (text: string): string | undefined =>
  /^(?!https?:|file:|wss?:|ftp:)[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? 'it is the address of a service that is entered with a password'
    : undefined;

/** An audit knows more forms, and the name that the code has. */
const auditLook = ({ origin }: Entry): string | undefined =>
  origin.reader === 'audit' ? 'the audit takes it for a secret' : undefined;

/** The words that names of keys to sign and to encrypt with begin with. */
const security = new Set(['cookie', 'csrf', 'encryption', 'jwt', 'secret', 'session', 'signing']);

function freePlace(name: string, taken: Set<string>): Place {
  const words = wordsOf(name);
  const [first = 'general', ...rest] = words;
  const whole = words.join('_');
  const isApiKey = /(?:^|_)(?:api_?key|api_token|access_token)s?$/.test(whole);
  const fitting: readonly Place[] = [
    ...(isApiKey ? [{ group: 'api_keys', key: whole }] : []),
    ...(security.has(first) ? [{ group: 'security', key: whole }] : []),
    ...(rest.length > 0 ? [{ group: first, key: rest.join('_') }] : []),
    { group: 'general', key: whole },
    // Names that differ in case only.
    { group: 'general', key: name },
  ];
  const place = fitting.find(({ group, key }) => !taken.has(`${group}/${key}`)) ?? {
    group: 'general',
    key: name,
  };
  taken.add(`${place.group}/${place.key}`);
  return place;
}
