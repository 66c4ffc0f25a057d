/** A text with its references replaced. */
export interface Interpolated {
  readonly text: string;
  /** What it refers to that is not known and has no default, or has no end. With any, `text` is not to be used. */
  readonly unresolved: ReadonlySet<string>;
}

/** How deep defaults may stand in defaults: `${A:-${B:-…}}`. */
const maxDepth = 16;

/** Whether a text refers to something in a way that is hardly meant otherwise: `${NAME}`, `$(command)`. */
export const hasReference = (text: string): boolean => /(?<!\\)\$(?:\{[A-Za-z_]|\()/.test(text);

/** The names that a text refers to, however it is written. */
export function namesReferredTo(text: string): readonly string[] {
  return [...text.matchAll(/(?<!\\)\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
}

/**
 * Replaces `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:+other}`, `${NAME+other}`, `${NAME:?…}`
 * and `${NAME?…}` as shells do: with a colon an empty value counts as none. Commands are never run: `$(…)` stays.
 *
 * @param look what a variable has, undefined for one that is not known
 * @param mark what makes the `$` behind it an ordinary letter: `\` in `.env` files, `$` in compose files
 */
export function interpolate(
  text: string,
  look: (name: string) => string | undefined,
  mark: '\\' | '$',
): Interpolated {
  const replacement = new Replacement(text, look, mark);
  return { text: replacement.upTo('end', true), unresolved: replacement.unresolved };
}

class Replacement {
  readonly unresolved = new Set<string>();
  readonly #text: string;
  readonly #look: (name: string) => string | undefined;
  readonly #mark: string;
  #at = 0;
  #depth = 0;

  constructor(text: string, look: (name: string) => string | undefined, mark: string) {
    this.#text = text;
    this.#look = look;
    this.#mark = mark;
  }

  /** Goes on to the end, or to the brace that ends a default. What is not live is only passed over. */
  upTo(stop: 'end' | 'brace', live: boolean): string {
    let done = '';
    while (this.#at < this.#text.length) {
      if (stop === 'brace' && this.#text.charAt(this.#at) === '}') break;
      const [plain] = this.#take(/[^$\\}]+/y) ?? [];
      if (plain !== undefined) done += plain;
      else if (this.#text.startsWith(`${this.#mark}$`, this.#at)) {
        done += '$';
        this.#at += 2;
      } else done += this.#reference(live) ?? this.#text.charAt(this.#at++);
    }
    return done;
  }

  /** @returns undefined where no reference begins */
  #reference(live: boolean): string | undefined {
    const [all, bare, braced, colon, sign] =
      this.#take(/\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:\}|(:?)([-+?])))/y) ?? [];
    if (all === undefined) return undefined;
    const name = bare ?? braced ?? '';
    const value = this.#look(name);
    if (sign === undefined) return live ? this.#known(name, value) : '';

    const present = value !== undefined && !(colon === ':' && value === '');
    const wanted = sign === '+' ? present : sign === '-' && !present;
    this.#depth += 1;
    const word = this.#depth > maxDepth ? '' : this.upTo('brace', live && wanted);
    this.#depth -= 1;
    if (this.#text.charAt(this.#at) !== '}') {
      // Nothing closes it, or it is too deep to be meant: nobody knows what it would be.
      this.unresolved.add(name);
      this.#at = this.#text.length;
      return '';
    }
    this.#at += 1;
    if (wanted) return word;
    if (sign === '+') return '';
    return live ? this.#known(name, present ? value : undefined) : '';
  }

  #known(name: string, value: string | undefined): string {
    if (value === undefined) this.unresolved.add(name);
    return value ?? '';
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at += match[0].length;
    return match ?? undefined;
  }
}
