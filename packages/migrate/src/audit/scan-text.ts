import { connectionStrings } from './connection-string.js';
import { fileKind } from './file-kind.js';
import { keyValueStrings } from './key-value-string.js';
import type { KnownValues } from './known-values.js';
import { kubernetesSecrets } from './kubernetes-secret.js';
import { namedLiterals } from './named-literals.js';
import { privateKeys } from './private-keys.js';
import type { Detection } from './rule.js';
import { secretFiles } from './secret-files.js';
import type { SecretSettings } from './secret-settings.js';
import { secretlintRules } from './secretlint-rules.js';
import { tokenShapes } from './token-shapes.js';
import { nameBefore } from './value-name.js';

/** What texts are judged by. */
export interface Knowledge {
  readonly secrets: SecretSettings;
  readonly known: KnownValues;
}

/** Runs every rule on a text: one detection for each secret, in the order in which they stand. */
export function scanText(text: string, file: string, knowledge: Knowledge): readonly Detection[] {
  const decoded = (value: string) => withoutOverlaps(ranked(value, 'secret.env', knowledge));
  const rest = ranked(text, file, knowledge);
  const manifest = kubernetesSecrets(text, decoded).map((detection) => ({ detection, rank: -1 }));
  return withoutOverlaps([...manifest, ...rest]).map((detection) => {
    const { value, start } = detection;
    const name = knowledge.known.nameOf(value) ?? detection.name ?? nameBefore(text, start);
    return name === undefined ? detection : { ...detection, name };
  });
}

/** What each rule finds. Of those that overlap the one comes first that says most: an address before its password. */
function ranked(text: string, file: string, { secrets, known }: Knowledge): readonly Ranked[] {
  const kind = fileKind(file);
  return [
    [...connectionStrings(text, kind), ...keyValueStrings(text, kind)],
    known.in(text),
    privateKeys(text),
    tokenShapes(text),
    secretlintRules(text, file),
    secretFiles(text, file),
    namedLiterals(text, file, secrets),
  ].flatMap((found, rank) => found.map((detection) => ({ detection, rank })));
}

interface Ranked {
  readonly detection: Detection;
  readonly rank: number;
}

function withoutOverlaps(all: readonly Ranked[]): readonly Detection[] {
  const kept: Ranked[] = [];
  const inOrder = [...all].sort((a, b) => a.detection.start - b.detection.start || a.rank - b.rank);
  for (const next of inOrder) {
    const last = kept.at(-1);
    if (last === undefined || last.detection.end <= next.detection.start) kept.push(next);
    else kept[kept.length - 1] = better(last, next);
  }
  return kept.map(({ detection }) => detection);
}

/** The one that says more, with the name that either has. */
function better(a: Ranked, b: Ranked): Ranked {
  const [first, second] = a.rank <= b.rank ? [a, b] : [b, a];
  const name = first.detection.name ?? second.detection.name;
  return name === undefined ? first : { ...first, detection: { ...first.detection, name } };
}
