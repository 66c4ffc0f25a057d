/**
 * Why a server can do nothing now, whatever it is asked. `standby` is a node that knows of no active one, or does not
 * forward; `secondary` the cluster that only takes over after a disaster.
 */
export type Incapacity =
  | 'sealed'
  | 'uninitialised'
  | 'namespace-sealed'
  | 'namespace-locked'
  | 'standby'
  | 'secondary'
  | 'upgrading';

interface Sign {
  readonly text: RegExp;
  /** The least status that it comes with; texts of lower ones may quote what was asked. @default 400 */
  readonly from?: number;
}

/** By what it is known: texts of Vault and of OpenBao, older and newer. The first that fits counts. */
const signs: Readonly<Record<Incapacity, Sign>> = {
  'namespace-sealed': { text: /\bnamespace is sealed\b/i },
  sealed: { text: /\bis sealed\b/ },
  uninitialised: { text: /\bnot initialized\b/ },
  'namespace-locked': { text: /^API access to this namespace has been locked\b/ },
  secondary: { text: /\bdisabled in replication DR secondary mode\b/ },
  upgrading: { text: /\b[Uu]pgrad(?:ing|e) from non-versioned to versioned data\b/ },
  standby: {
    text: /active cluster node not found|\bstandby\b|\bno active \w+ instance found|\bnode is not active|\bforward to the active node/,
    from: 500,
  },
};
const kinds = Object.keys(signs) as readonly Incapacity[];

/** Reads the errors of an answer for it. @returns undefined where they say no such thing */
export function incapacityOf(status: number, errors: readonly string[]): Incapacity | undefined {
  if (status < 400 || errors.length === 0) return undefined;
  return kinds.find((kind) => {
    const { text, from = 400 } = signs[kind];
    return status >= from && errors.some((error) => text.test(error));
  });
}

/** Whether an answer says that no answer can be had now: by its status, or by what stands in it. */
export function cannotAnswer(status: number, errors: readonly string[]): boolean {
  const busy = status === 412 || status === 429 || (status >= 472 && status <= 474) || status >= 500;
  return busy || incapacityOf(status, errors) !== undefined;
}
