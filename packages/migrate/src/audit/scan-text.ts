import { connectionStrings } from './connection-string.js';
import { fileKind } from './file-kind.js';
import { keyValueStrings } from './key-value-string.js';
import type { KnownValues } from './known-values.js';
import { KubernetesSecret } from './kubernetes-secret.js';
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
export function scanText(text: string, file: string, { secrets, known }: Knowledge): readonly Detection[] {
  const kind = fileKind(file);
  // Of those that overlap the one comes first that says most: the whole of an address rather than its password.
  const ranked = [
    [...connectionStrings(text, kind), ...keyValueStrings(text, kind)],
    known.in(text),
    privateKeys(text),
    tokenShapes(text),
    secretlintRules(text, file),
    secretFiles(text, file),
    namedLiterals(text, file, secrets),
  ].flatMap((found, rank) => found.map((detection) => ({ detection, rank })));
  const manifest = new KubernetesSecret(text);
  return withoutOverlaps(ranked).map((found) => {
    const decoded = manifest.decoded(found.start, found.value);
    const detection = decoded === undefined ? found : { ...found, value: decoded };
    const name = known.nameOf(detection.value) ?? detection.name ?? nameBefore(text, detection.start);
    return name === undefined ? detection : { ...detection, name };
  });
}

interface Ranked {
  readonly detection: Detection;
  readonly rank: number;
}

function withoutOverlaps(ranked: readonly Ranked[]): readonly Detection[] {
  const kept: Ranked[] = [];
  const inOrder = [...ranked].sort((a, b) => a.detection.start - b.detection.start || a.rank - b.rank);
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
