import { createResolver, type Definition, isConfigurationError, type Source } from '@strongroom/core';
import type { Entry, Plan, Step } from '@strongroom/migrate';
import { definitionOnly } from '../configuration/definition-only.js';

/** A setting that would get a value which its schema refuses. Never the value. */
export interface RefusedValue {
  readonly name: string;
  readonly reason: string;
}

/**
 * What a plan would write that the definition refuses: an application that reads it does not start.
 *
 * @param entries those of the plan, in its order
 */
export async function refusedValues(
  definition: Definition,
  { steps, target: { environment } }: Plan,
  entries: readonly Entry[],
): Promise<readonly RefusedValue[]> {
  const values = new Map<string, { readonly value: unknown; readonly locator: string }>();
  for (const [index, { setting, action, origin }] of steps.entries()) {
    const entry = entries[index];
    if (setting === undefined || entry === undefined || !writing.has(action)) continue;
    values.set(setting, { value: entry.reveal(), locator: origin.place });
  }
  if (values.size === 0) return [];
  const source: Source = {
    name: 'source',
    local: true,
    async lookup(settings) {
      return new Map(
        settings.map(({ name }) => {
          const found = values.get(name);
          return [
            name,
            found === undefined ? { status: 'absent', reason: 'not-set' } : { status: 'found', ...found },
          ];
        }),
      );
    },
  };
  const resolver = createResolver(definitionOnly(definition, [...values.keys()]), {
    environment,
    sources: [source],
    refreshEveryMs: false,
  });
  try {
    await resolver.load();
    return [];
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    return error.problems.map(({ name, reason }) => ({ name, reason }));
  } finally {
    await resolver.close();
  }
}

const writing: ReadonlySet<Step['action']> = new Set(['create', 'update']);
