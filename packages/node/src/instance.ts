import type { EnvironmentVariables } from '@strongroom/core';

/** The id of this instance among those of its application. */
export function instanceOf(variables: EnvironmentVariables, chosen: string | undefined): string {
  return (
    chosen ||
    variables['STRONGROOM_INSTANCE_ID'] ||
    variables['HOSTNAME'] ||
    process.getBuiltinModule('node:os').hostname()
  );
}

/**
 * Where an instance stands among all of its application, from 0 up to but not 100. The same in every release and
 * every language: the first six bytes of the SHA-256 of the application's name, a zero byte and the instance's id
 * (UTF-8), as a fraction of 2^48, times 100. So instances are spread evenly, each application's differently, and
 * whoever is below one share is below every greater one.
 */
export function standingOf(application: string, instance: string): number {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const digest = createHash('sha256').update(`${application}\0${instance}`).digest();
  return (digest.readUIntBE(0, 6) / 2 ** 48) * 100;
}
