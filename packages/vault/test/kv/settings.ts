import {
  type Declarations,
  defineSettings,
  type LookupContext,
  type PlaceText,
  type Setting,
  secret,
} from '@strongroom/core';
import * as z from 'zod';

/** Settings of the application `app` in the environment `test`, by name and place. */
export function settings(places: Readonly<Record<string, PlaceText>>): readonly Setting[] {
  const declarations: Declarations = Object.fromEntries(
    Object.entries(places).map(([name, place]) => [name, secret(place, z.unknown())]),
  );
  const definition = defineSettings({
    application: 'app',
    environments: ['test'],
    settings: declarations,
  });
  return Object.values(definition.settings) as Setting[];
}

export const sourceContext: LookupContext = {
  application: 'app',
  environment: 'test',
  signal: new AbortController().signal,
};
