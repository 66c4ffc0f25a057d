import type { Definition, Setting } from '@strongroom/core';
import { plainName } from './mapping-name.js';

interface Index {
  /** Undefined where several settings have it. */
  readonly byPlainName: ReadonlyMap<string, Setting | undefined>;
  readonly byPlainPlace: ReadonlyMap<string, Setting | undefined>;
  readonly byPlace: ReadonlyMap<string, Setting>;
}

/** Finds the setting that a name stands for, although it is written in another way. */
export class NearNames {
  readonly #settings: Definition['settings'];
  readonly #application: string;
  /** Made for the first name that is no setting's: most sources have the very names. */
  #index: Index | undefined;

  constructor({ application, settings }: Definition) {
    this.#settings = settings;
    this.#application = plainName(application);
  }

  /** The setting of this very name. */
  exact(name: string): Setting | undefined {
    return Object.hasOwn(this.#settings, name) ? this.#settings[name] : undefined;
  }

  /** The setting that lies there, as a secret of Vault in either layout is named: `group/key`, `group/key/value`. */
  atPlace(name: string): Setting | undefined {
    const { byPlace } = this.#indexed();
    return byPlace.get(name) ?? byPlace.get(name.replace(/\/value$/, ''));
  }

  /**
   * The setting whose name or place differs in nothing but case and separators; before either the name of the
   * application may stand.
   */
  near(name: string): Setting | undefined {
    const plain = plainName(name);
    if (plain === '') return undefined;
    const found = this.#find(plain);
    if (found !== undefined || this.#application === '' || !plain.startsWith(this.#application)) return found;
    return this.#find(plain.slice(this.#application.length));
  }

  #find(plain: string): Setting | undefined {
    const { byPlainName, byPlainPlace } = this.#indexed();
    return byPlainName.get(plain) ?? byPlainPlace.get(plain);
  }

  #indexed(): Index {
    this.#index ??= indexOf(Object.values(this.#settings));
    return this.#index;
  }
}

function indexOf(settings: readonly Setting[]): Index {
  const byPlainName = new Map<string, Setting | undefined>();
  const byPlainPlace = new Map<string, Setting | undefined>();
  const byPlace = new Map<string, Setting>();
  for (const setting of settings) {
    addOnce(byPlainName, plainName(setting.name), setting);
    const { place } = setting;
    if (place === undefined) continue;
    addOnce(byPlainPlace, plainName(place.group + place.key), setting);
    byPlace.set(`${place.group}/${place.key}`, setting);
  }
  return { byPlainName, byPlainPlace, byPlace };
}

function addOnce(settings: Map<string, Setting | undefined>, name: string, setting: Setting): void {
  settings.set(name, settings.has(name) ? undefined : setting);
}
