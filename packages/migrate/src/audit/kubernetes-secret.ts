/** Undoes base64 in the `data` of Kubernetes Secrets, where values stand so. */
export class KubernetesSecret {
  readonly #text: string;
  readonly #isOne: boolean;

  constructor(text: string) {
    this.#text = text;
    this.#isOne = /^kind:[ \t]{1,8}["']?Secret\b/m.test(text);
  }

  /** What a value of the text means; undefined where it means itself. */
  decoded(start: number, value: string): string | undefined {
    if (!this.#isOne || !this.#isInData(start)) return undefined;
    const bytes = Buffer.from(value, 'base64');
    const text = bytes.toString('utf8');
    return bytes.toString('base64') === value && !text.includes('\ufffd') ? text : undefined;
  }

  // A Secret has at most a megabyte; its section begins somewhere before the value.
  #isInData(start: number): boolean {
    const before = this.#text.slice(Math.max(0, start - 65_536), start);
    return before.lastIndexOf('\ndata:') > before.lastIndexOf('\nstringData:');
  }
}
