/** What each program moves: 1000 secrets in 250 paths, of an application that nobody has moved before. */
export const application = `bench-${process.pid}-${Date.now()}`;
export const environment = 'production';

export const secrets = Array.from({ length: 1000 }, (_, index) => ({
  name: `SECRET_${index}`,
  group: `group${index % 250}`,
  key: `key${Math.floor(index / 250)}`,
  value: `value-of-secret-${index}`,
}));

/** By path, as Vault holds them. */
export const paths = new Map();
for (const { group, key, value } of secrets) {
  const path = `${application}/${environment}/${group}`;
  paths.set(path, { ...paths.get(path), [key]: value });
}

/** Says how long moving them took, and how long doing it again. */
export function finish(first, again) {
  process.stdout.write(JSON.stringify({ ...first, againMs: again.workMs, againCpuMs: again.cpuMs }));
}
