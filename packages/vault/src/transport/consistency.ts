/** The highest state that Vault Enterprise can hand out has some hundred bytes. */
const form = /^[A-Za-z0-9+/=_-]{1,512}$/;

interface State {
  readonly text: string;
  readonly cluster: string;
  readonly local: number;
  readonly replicated: number;
}

/**
 * What this client has written, as far as performance standbys need to know: they answer reads by themselves, and
 * lag behind. Vault Enterprise says after each write how far a node has to be to know it (`X-Vault-Index`); reads
 * say it back, and a node that is not there yet answers 412.
 */
export class Consistency {
  #states: readonly State[] = [];
  #headers: string | undefined;

  /** The header fields of a read, each with its line end; undefined where nothing was written yet. */
  get headers(): string | undefined {
    return this.#headers;
  }

  /** The same for the repeat of a read that a node was not far enough for: the active node is to answer. */
  get forwarding(): string {
    return `${this.#headers ?? ''}x-vault-inconsistent: forward-active-node\r\n`;
  }

  /** What an answer says. Of several states of one cluster those stay that no other one includes. */
  learn(header: string): void {
    for (const text of header.split(/,\s*/)) {
      const state = form.test(text) ? parse(text) : undefined;
      if (state === undefined || this.#states.some((known) => includes(known, state))) continue;
      // Two are as many as can be apart: local and replicated writes. A third one is of another cluster.
      this.#states = [...this.#states.filter((known) => !includes(state, known)), state].slice(-2);
      this.#headers = this.#states.map((known) => `x-vault-index: ${known.text}\r\n`).join('');
    }
  }
}

const includes = (one: State, other: State): boolean =>
  one.cluster === other.cluster && one.local >= other.local && one.replicated >= other.replicated;

/** `v1:<cluster>:<local index>:<replicated index>:<signature>`, in base64. */
function parse(text: string): State | undefined {
  const [, cluster, local, replicated] =
    /^v1:([^:]*):(\d{1,15}):(\d{1,15}):/.exec(Buffer.from(text, 'base64').toString('latin1')) ?? [];
  if (cluster === undefined) return undefined;
  return { text, cluster, local: Number(local), replicated: Number(replicated) };
}
