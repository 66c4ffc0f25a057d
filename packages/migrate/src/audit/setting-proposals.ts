import type { Definition, Place, Setting } from '@strongroom/core';
import { Proposals } from '../mapping/mapping-proposal.js';
import { schemeOf } from './connection-string.js';
import type { Proposal } from './finding.js';
import type { Detection, Rule } from './rule.js';
import { isGeneral, lastName, settingName, wordsOf } from './secret-names.js';

/** Names the settings that found secrets are, or could become. */
export class SettingProposals {
  /** Where a plan puts what the definition does not have. */
  readonly #places: Proposals;
  readonly #declared: ReadonlyMap<string, Setting>;
  /** The values that a name was proposed for, in their order. */
  readonly #values = new Map<string, string[]>();

  constructor(definition: Definition | undefined) {
    this.#places = new Proposals(definition ?? { application: '', environments: [], settings: {} });
    const settings: readonly Setting[] = Object.values(definition?.settings ?? {});
    this.#declared = new Map(settings.map((setting) => [settingName(setting.name), setting]));
  }

  /**
   * One name for each value: another value gets the same name with a number. What the definition has comes first: its
   * names have a number only where it has such names too.
   */
  proposalFor(detection: Detection, file: string): Proposal {
    const name = nameOf(detection, file);
    const values = this.#values.get(name) ?? [];
    this.#values.set(name, values);
    if (!values.includes(detection.value)) values.push(detection.value);
    const number = values.indexOf(detection.value) + 1;
    const setting = number === 1 ? name : `${name}_${number}`;
    const numbered = this.#declared.has(`${name}_2`);
    const declared = this.#declared.get(setting) ?? (numbered ? undefined : this.#declared.get(name));
    if (declared !== undefined) {
      const { place } = declared;
      return { setting: declared.name, declared: true, place: place && textOf(place) };
    }
    const place = this.#places.placeFor(setting)?.place;
    return { setting, declared: false, place: place && textOf(place) };
  }
}

function nameOf({ name, fallbackName, value, rule }: Detection, file: string): string {
  const given = name === undefined || saysNothing(name, rule) ? '' : settingName(lastName(name));
  if (given !== '' && !isGeneral(given)) return /^[0-9]/.test(given) ? `SETTING_${given}` : given;
  const fallback = fallbackName ?? (rule.id === 'connection-string' ? addressName(value) : '');
  if (fallback !== '') return settingName(fallback);
  const about = settingName(aboutOf(file));
  return about === '' || /^[0-9]/.test(about) ? `APP_${given || 'SECRET'}` : `${about}_${given || 'SECRET'}`;
}

// An address is often given to an "options" or a "url": its scheme says more.
const saysNothing = (name: string, rule: Rule): boolean =>
  rule.id === 'connection-string' &&
  (wordsOf(name).length < 2 ||
    !/url|uri|dsn|conn|database|db|broker|redis|amqp|mongo|smtp|cache|queue/i.test(name));

const databases = /^(?:jdbc:)?(?:postgres|mysql|mariadb|mssql|sqlserver|mongodb|oracle|cockroach|clickhouse)/;

function addressName(value: string): string {
  const scheme = schemeOf(value);
  if (databases.test(scheme)) return 'DATABASE_URL';
  return `${scheme.replace(/^(redis|amqp|smtp|mqtt|ldap)s$/, '$1')}_URL`;
}

/** What a file is about, by its name, or by its folder's where the name says nothing. */
function aboutOf(file: string): string {
  const parts = file.split('/').map((part) => part.replace(/^\.+/, '').replace(/\.[^/]*$/, ''));
  const saying = parts.filter(
    (part) =>
      part !== '' && !/^(?:index|main|app|config|settings?|env|src|lib|default|__init__)$/i.test(part),
  );
  return saying.at(-1) ?? '';
}

const textOf = ({ group, key }: Place): string => `${group}/${key}`;
