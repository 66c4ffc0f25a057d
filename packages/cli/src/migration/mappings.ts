import { InvalidArgumentError } from '@commander-js/extra-typings';

/** `NAME=to` of an option that may be given several times. */
export function mappings(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const [, name, to] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || to === undefined)
    throw new InvalidArgumentError('Write NAME=setting or NAME=group/key.');
  return { ...before, [name]: to };
}
