import { startDevServer } from '@strongroom/dev-server';
import { report, runRounds } from './rounds.mjs';

/** With Vault on loopback: import and resolve four settings in four paths, in a fresh process. */
export async function startUpWithVault(rounds) {
  const results = await besideVault(4, 4, (env) =>
    runRounds(
      [
        { name: 'bare node:http agent', program: 'bare-agent', env },
        { name: 'node-vault', program: 'node-vault', env },
        { name: 'node-vault, values validated by zod', program: 'node-vault-zod', env },
        { name: 'strongroom: Vault client alone', program: 'strongroom-vault-client', env },
        { name: 'strongroom: text settings, without zod', program: 'strongroom-vault-text', env },
        { name: 'strongroom: settings validated by zod', program: 'strongroom-vault-settings', env },
      ],
      rounds,
    ),
  );
  const work = ({ workMs }) => workMs;
  report('Vault, 4 settings in 4 paths, import and resolve', results, work, 'node-vault');
  report('The same, in processor time', results, ({ cpuMs }) => cpuMs, 'node-vault');
  report(
    'The same, beside node-vault with the same validation',
    results,
    work,
    'node-vault, values validated by zod',
  );
}

/** With Vault on loopback, after import: 100 settings in 25 paths, in a fresh process. */
export async function coldReads(rounds) {
  const results = await besideVault(100, 25, (variables) => {
    const env = { ...variables, AFTER_IMPORT: '1' };
    return runRounds(
      [
        { name: 'bare node:http agent, 16 sockets', program: 'bare-agent', env: { ...env, SOCKETS: '16' } },
        { name: 'bare node:http agent, a socket for each read', program: 'bare-agent', env },
        { name: 'node-vault', program: 'node-vault', env },
        { name: 'strongroom: Vault client alone', program: 'strongroom-vault-client', env },
        { name: 'strongroom: text settings, without zod', program: 'strongroom-vault-text', env },
        { name: 'strongroom: settings validated by zod', program: 'strongroom-vault-settings', env },
      ],
      rounds,
    );
  });
  report(
    'Vault, 100 settings in 25 paths, after import',
    results,
    ({ workMs }) => workMs,
    'bare node:http agent, a socket for each read',
  );
}

/** Runs something beside a server that holds the given number of settings in the given number of paths. */
async function besideVault(settings, paths, run) {
  const vault = await startDevServer({ seed: secretsIn(settings, paths) });
  try {
    return await run(vaultVariables(vault, settings, paths));
  } finally {
    await vault.close();
  }
}

/** Secrets by path under the mount, as the programs under `programs/` ask for them. */
function secretsIn(settings, paths) {
  const secrets = {};
  for (let i = 0; i < settings; i++) {
    const path = `bench/development/group${i % paths}`;
    secrets[path] = { ...secrets[path], [`key${i}`]: `value-of-setting-${i}` };
  }
  return secrets;
}

const vaultVariables = (vault, settings, paths) => ({
  USE_VAULT: 'true',
  VAULT_ADDR: vault.address,
  VAULT_TOKEN: vault.rootToken,
  SETTINGS: String(settings),
  PATHS: String(paths),
});
