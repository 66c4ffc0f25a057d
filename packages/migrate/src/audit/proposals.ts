import type { Definition, Setting } from '@strongroom/core';
import { schemeOf } from './connection-string.js';
import type { Proposal } from './finding.js';
import type { Detection, Rule } from './rule.js';
import { isGeneral, lastName, settingName, wordsOf } from './secret-names.js';

/** Names the settings that found secrets are, or could become. */
export class Proposals {
  readonly #declared: ReadonlyMap<string, Setting>;
  /** The values that a name was proposed for, in their order. */
  readonly #values = new Map<string, string[]>();

  constructor(definition: Definition | undefined) {
    const settings: readonly Setting[] = Object.values(definition?.settings ?? {});
    this.#declared = new Map(settings.map((setting) => [settingName(setting.name), setting]));
  }

  /** One name for each value: another value gets the same name with a number, unless the definition has the name. */
  proposalFor(detection: Detection, file: string): Proposal {
    const name = nameOf(detection, file);
    const declared = this.#declared.get(name);
    if (declared !== undefined) {
      const { place } = declared;
      return { setting: declared.name, declared: true, place: place && `${place.group}/${place.key}` };
    }
    const values = this.#values.get(name) ?? [];
    this.#values.set(name, values);
    if (!values.includes(detection.value)) values.push(detection.value);
    const number = values.indexOf(detection.value) + 1;
    const setting = number === 1 ? name : `${name}_${number}`;
    return { setting, declared: false, place: placeFor(setting) };
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

/** The seed's layout: keys of services together, what the application signs with in one group, the rest by its first word. */
function placeFor(setting: string): string {
  const words = wordsOf(setting);
  const whole = words.join('_');
  if (/_api_key(?:_\d+)?$/.test(whole)) return `api_keys/${whole}`;
  if (
    words.length < 2 ||
    /^(?:secret|jwt|session|cookie|csrf|encryption|signing|app|private|access|master|api)$/.test(
      words[0] ?? '',
    )
  ) {
    return `security/${whole}`;
  }
  return `${words[0]}/${words.slice(1).join('_')}`;
}
