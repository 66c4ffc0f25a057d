import { isConfigurationError } from '@strongroom/core';
import { startDevServer } from '@strongroom/dev-server';
import { describe, expect, test } from 'vitest';
import * as api from '../src/index.js';

// As plain JavaScript sees it: every mistake passes the compiler.
const js = api as unknown as Record<string, (...args: unknown[]) => never>;
const address = 'http://127.0.0.1:9';

const noBoolean = 'is neither true nor false\\. Give true or false, without quotation marks\\.$';

/** What was thrown or rejected with, each problem in a line. */
async function problemsOf(action: () => unknown): Promise<readonly string[]> {
  try {
    await action();
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    return error.problems.map(({ name, reason, hints }) => `${name} ${reason}. ${hints.join(' ')}`);
  }
  return [];
}

describe('an option that nobody has is refused, and what it was meant to be is named', () => {
  test.each([
    [
      'createVault',
      [{ adress: address }],
      'adress is no option of createVault(). Was it meant to be address?',
    ],
    [
      'createVault',
      [{ address, requestTimeout: 1 }],
      'requestTimeout is no option of createVault(). Was it meant to be requestTimeoutMs?',
    ],
    [
      'createVault',
      [{ address, mount: 'kv' }],
      /^mount is no option of createVault\(\)\. The options are address, auth, token, /,
    ],
    [
      'createVault',
      [{ address, tls: { caflie: 'x' } }],
      'caflie is no option of tls. Was it meant to be caFile?',
    ],
    [
      'createVault',
      [{ address, tls: { serverName: 5, ca: undefined } }],
      /^tls\.serverName is not given as text\./,
    ],
    [
      'createVault',
      [{ address, proxy: { htps: 'x' } }],
      'htps is no option of proxy. Was it meant to be https?',
    ],
    ['createVault', [{ address, allowInsecureHttp: 'false' }], new RegExp(`^allowInsecureHttp ${noBoolean}`)],
    ['createVault', [{ address, revokeLeases: 'false' }], new RegExp(`^revokeLeases ${noBoolean}`)],
    ['createVault', [{ address, revokeTokens: 'false' }], new RegExp(`^revokeTokens ${noBoolean}`)],
    [
      'createVault',
      [{ address, tls: { skipVerify: 'false' } }],
      new RegExp(`^tls\\.skipVerify ${noBoolean}`),
    ],
    ['createVault', [{ address, tls: { certFile: 'a' } }], /^tls\.key is not given, but the cert is\. /],
    ['createVault', [{ address, tls: { key: 'a' } }], /^tls\.cert is not given, but the key is\. /],
    ['createVault', [{ address, auth: 'approle' }], /^auth is no auth method\. /],
    ['createVault', [{ address, token: 5 }], /^token is no token\. /],
    ['vaultSource', [{ address, layout: 'groups' }], /^layout is neither group nor leaf\. /],
    ['vaultSource', [{ address, kvVersion: 3 }], /^kvVersion is no version of KV\. /],
    ['vaultSource', [{ address, marker: 'false' }], new RegExp(`^marker ${noBoolean}`)],
    ['createVault', [], /^createVault\(\) wants its options as an object\./],
    ['createVault', [{}], /^address is not given as text\. Write it as https:/],
    [
      'vaultSource',
      [{ address, moutn: 'kv' }],
      'moutn is no option of vaultSource(). Was it meant to be mount?',
    ],
    [
      'vaultFromEnvironment',
      [{}, { kvVersoin: 1 }],
      'kvVersoin is no option of vaultFromEnvironment(). Was it meant to be kvVersion?',
    ],
    [
      'readVaultEnvironment',
      [{}, { allowInsecureHTTPS: true }],
      'allowInsecureHTTPS is no option of readVaultEnvironment(). Was it meant to be allowInsecureHttp?',
    ],
    ['appRole', [{ roleId: 'a', secretid: 'b', wrapped: 'c' }], /^secretid .* secretId\?$/],
    ['kubernetes', [{ roel: 'a' }], 'roel is no option of kubernetes(). Was it meant to be role?'],
    ['jwt', [{ jwt: 'a', mounts: 'b' }], 'mounts is no option of jwt(). Was it meant to be mount?'],
    [
      'userpass',
      [{ user_name: 'a', password: 'b' }],
      'user_name is no option of userpass(). Was it meant to be username?',
    ],
    ['certificate', [{ rôle: 'a' }], 'rôle is no option of certificate(). Was it meant to be role?'],
    ['aws', [{ regoin: 'eu-west-1' }], 'regoin is no option of aws(). Was it meant to be region?'],
  ])('%s %j', async (name, args, problem) => {
    const [first] = await problemsOf(() => js[name]?.(...args));
    if (typeof problem === 'string') expect(first).toBe(problem);
    else expect(first).toMatch(problem);
  });

  test('by the methods of a client, before anything is sent', async () => {
    await using server = await startDevServer({ seed: { 'app/database': { url: 'one' } } });
    await using vault = api.createVault({ address: server.address, token: server.rootToken });
    const kv = vault.kv() as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const untyped = vault as unknown as Record<string, (...args: unknown[]) => unknown>;
    const calls: [() => unknown, string][] = [
      [
        () => untyped['kv']?.('secret', { verison: 1 }),
        'verison is no option of vault.kv(). Was it meant to be version?',
      ],
      [
        () => untyped['source']?.({ layuot: 'leaf' }),
        'layuot is no option of vault.source(). Was it meant to be layout?',
      ],
      [
        () => untyped['lease']?.('a/b', { onReplace: () => 0 }),
        'onReplace is no option of vault.lease(). Was it meant to be onReplaced?',
      ],
      [
        () => kv['read']?.('app/database', { verison: 1 }),
        'verison is no option of kv.read(). Was it meant to be version?',
      ],
      [
        () => kv['write']?.('app/database', {}, { CAS: 0 }),
        'CAS is no option of kv.write(). Was it meant to be cas?',
      ],
      [
        () => kv['patch']?.('app/database', {}, { csa: 0 }),
        'csa is no option of kv.patch(). Was it meant to be cas?',
      ],
      [
        () => kv['delete']?.('app/database', { version: [1] }),
        'version is no option of kv.delete(). Was it meant to be versions?',
      ],
      [
        () => kv['deleteMetadata']?.('app/database', { versions: [1] }),
        'versions is no option of kv.deleteMetadata(). The options are signal.',
      ],
      [
        () => kv['list']?.('app', { recursive: true }),
        'recursive is no option of kv.list(). The options are signal.',
      ],
      [
        () => kv['listAll']?.('app', { maxDeth: 1 }),
        'maxDeth is no option of kv.listAll(). Was it meant to be maxDepth?',
      ],
      [
        () => kv['writeMetadata']?.('app/database', { maxVersion: 1 }),
        'maxVersion is no option of kv.writeMetadata(). Was it meant to be maxVersions?',
      ],
      [() => kv['version']?.({ mount: 'a' }), 'mount is no option of kv.version(). The options are signal.'],
      [
        () => kv['metadata']?.('app/database', 1),
        'kv.metadata() wants its options as an object. The options are signal.',
      ],
    ];
    const noVersion = 'version is no version. Give a number from 1 on; none for the latest.';
    for (const version of [0, -1, 1.5, Number.NaN, '1', null]) {
      calls.push([() => kv['read']?.('app/database', { version }), noVersion]);
    }
    for (const data of [undefined, null, 'a', 1, ['a']]) {
      const what = 'is no object. Give the keys of the secret with their values.';
      calls.push([() => kv['write']?.('app/database', data), `data ${what}`]);
      calls.push([() => kv['patch']?.('app/database', data), `changes ${what}`]);
    }
    for (const versions of [1, '12', [], [0], ['1']]) {
      const noList = 'versions is no list of versions. Name at least one, from 1 on.';
      calls.push([() => kv['undelete']?.('app/database', versions), noList]);
    }
    for (const maxVersions of [-1, 1.5, Number.NaN, 2 ** 32, '3']) {
      const problem = "maxVersions is no number of versions. Give a whole one; 0 for the mount's own.";
      calls.push([() => kv['writeMetadata']?.('app/database', { maxVersions }), problem]);
    }
    calls.push(
      [
        () => kv['writeMetadata']?.('app/database', { deleteVersionAfterMs: -1 }),
        'deleteVersionAfterMs is no time. Give milliseconds; 0 for never.',
      ],
      [
        () => kv['writeMetadata']?.('app/database', { casRequired: 'false' }),
        'casRequired is neither true nor false. Give true or false, without quotation marks.',
      ],
      [
        () => untyped['kv']?.('secret', { version: 3 }),
        'version is no version of KV. Give the number 1 or 2, or leave it out.',
      ],
      [
        () => untyped['capabilities']?.('secret/data/app'),
        'paths is no list of paths. Give a list, also of one path.',
      ],
    );
    for (const [call, problem] of calls) expect(await problemsOf(call)).toEqual([problem]);
    expect(server.requests).toEqual([]);
  });

  test('also by the variables', () => {
    const { problems } = api.readVaultEnvironment(
      { VAULT_NAMESPACE: 'a b', STRONGROOM_VAULT_AUTH_NAMESPACE: 'ü' },
      { allowInsecureHttp: 'false' as unknown as boolean },
    );
    expect(problems.map(({ name }) => name)).toEqual([
      'allowInsecureHttp',
      'VAULT_NAMESPACE',
      'STRONGROOM_VAULT_AUTH_NAMESPACE',
    ]);
  });

  test('all at once', async () => {
    const problems = await problemsOf(() => js['createVault']?.({ adress: address, tokn: 'x' }));
    expect(problems).toHaveLength(2);
  });
});

describe('a path that is none', () => {
  test.each([
    ['', 'path is empty'],
    ['/', 'path has an empty segment: a slash at one of its ends, or two in a row'],
    ['app//database', 'path has an empty segment: a slash at one of its ends, or two in a row'],
    [undefined, 'path is not given as text'],
  ])('%j is refused as what it is', async (path, reason) => {
    await using vault = api.createVault({ address, token: 'unused' });
    const kv = vault.kv();
    const hint = 'Write it as segments with one slash between them: app/production/database.';
    await expect(kv.read(path as string)).rejects.toThrow(/^This cannot be asked of Vault\n/);
    for (const call of [() => kv.read(path as string), () => vault.lease(path as string)]) {
      expect(await problemsOf(call)).toEqual([`${reason}. ${hint}`]);
    }
  });
});
