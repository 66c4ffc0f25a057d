import type { Definition, Setting } from '@strongroom/core';
import { plainName } from './mapping-name.js';

/** Finds the setting that a name stands for, although it is written in another way. */
export class NearNames {
  readonly #byName = new Map<string, Setting>();
  /** Undefined where several settings have it. */
  readonly #byPlainName = new Map<string, Setting | undefined>();
  readonly #byPlainPlace = new Map<string, Setting | undefined>();
  readonly #byPlace = new Map<string, Setting>();
  readonly #application: string;

  constructor({ application, settings }: Definition) {
    this.#application = plainName(application);
    for (const setting of Object.values<Setting>(settings)) {
      this.#byName.set(setting.name, setting);
      addOnce(this.#byPlainName, plainName(setting.name), setting);
      const { place } = setting;
      if (place === undefined) continue;
      addOnce(this.#byPlainPlace, plainName(place.group + place.key), setting);
      this.#byPlace.set(`${place.group}/${place.key}`, setting);
    }
  }

  /** The setting of this very name. */
  exact(name: string): Setting | undefined {
    return this.#byName.get(name);
  }

  /** The setting that lies there, as a secret of Vault in either layout is named: `group/key`, `group/key/value`. */
  atPlace(name: string): Setting | undefined {
    return this.#byPlace.get(name) ?? this.#byPlace.get(name.replace(/\/value$/, ''));
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
    return this.#byPlainName.get(plain) ?? this.#byPlainPlace.get(plain);
  }
}

function addOnce(settings: Map<string, Setting | undefined>, name: string, setting: Setting): void {
  settings.set(name, settings.has(name) ? undefined : setting);
}
