import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aws, certificate } from '../../src/index.js';
import { json, secretBody, startHostileServer } from '../hostile-server.js';
import { failureOf, open, read } from './setting.js';

// Vault asks AWS whether the request is signed by whom it says, so here the signature itself is verified.

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'a-session-token',
};

interface Login {
  readonly path: string;
  readonly body: Readonly<Record<string, string>>;
  readonly token: string | string[] | undefined;
}

/** A server that takes logins, and says what they were. */
async function startEndpoint() {
  const logins: Login[] = [];
  const server = await startHostileServer(async (response, request) => {
    if (request.method === 'GET') return json(response, 200, secretBody({ a: 1 }));
    let text = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    await once(request, 'end');
    const { url: path = '', headers } = request;
    logins.push({ path, body: JSON.parse(text), token: headers['x-vault-token'] });
    json(response, 200, { auth: { client_token: 's.minted', lease_duration: 60, renewable: true } });
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { server, logins };
}

const decoded = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString();
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** The signature of Signature Version 4, from the request alone and the secret key. */
function expectedSignature(headers: Readonly<Record<string, string>>, body: string): string {
  const [, scope = '', signed = ''] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+),/.exec(headers['Authorization'] ?? '') ?? [];
  const lower = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), `${value}`.trim()]),
  );
  const canonical = signed.split(';').map((name) => `${name}:${lower.get(name)}\n`);
  const request = ['POST', '/', '', canonical.join(''), signed, hash(body)].join('\n');
  const [date = '', region = '', service = ''] = scope.split('/');
  const text = ['AWS4-HMAC-SHA256', lower.get('x-amz-date'), scope, hash(request)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${credentials.secretAccessKey}`,
  );
  return hmac(key, text).toString('hex');
}

test('AWS: a signed request to the STS of the region, bound to the server id', async () => {
  const { server, logins } = await startEndpoint();
  const auth = aws({
    role: 'app',
    region: 'eu-central-1',
    serverId: 'vault.example.com',
    credentials: async () => credentials,
  });
  expect(await read(open(server, { auth }))).toMatchObject({ status: 'found' });
  const [login] = logins;
  expect(login).toMatchObject({ path: '/v1/auth/aws/login', token: undefined });
  expect(login?.body).toMatchObject({ role: 'app', iam_http_request_method: 'POST' });
  expect(decoded(login?.body['iam_request_url'])).toBe('https://sts.eu-central-1.amazonaws.com/');
  const body = decoded(login?.body['iam_request_body']);
  expect(body).toBe('Action=GetCallerIdentity&Version=2011-06-15');
  const headers = JSON.parse(decoded(login?.body['iam_request_headers']));
  expect(headers).toMatchObject({
    Host: 'sts.eu-central-1.amazonaws.com',
    'X-Vault-AWS-IAM-Server-ID': 'vault.example.com',
    'X-Amz-Security-Token': 'a-session-token',
  });
  const [, signed, signature] =
    /SignedHeaders=([^,]+), Signature=(\w+)$/.exec(headers['Authorization']) ?? [];
  expect(signed?.split(';')).toEqual(
    expect.arrayContaining(['host', 'x-amz-date', 'x-vault-aws-iam-server-id']),
  );
  expect(signature).toBe(expectedSignature(headers, body));
  expect(JSON.stringify(logins)).not.toContain(credentials.secretAccessKey);
});

test('AWS: says when there are no credentials, no region, or no package that signs', async () => {
  const { server, logins } = await startEndpoint();
  const denial = async (options: Partial<Parameters<typeof aws>[0]>) => {
    const auth = aws({ region: 'eu-central-1', credentials: () => credentials, ...options });
    const error = await failureOf(read(open(server, { auth })));
    expect(error.code).toBe('SOURCE_DENIED');
    return `${error.message} ${error.hint}`;
  };
  expect(await denial({ credentials: () => ({ accessKeyId: '', secretAccessKey: '' }) })).toContain(
    'AWS_ACCESS_KEY_ID',
  );
  expect(await denial({ credentials: () => Promise.reject(new Error('hunter2')) })).not.toContain('hunter2');
  expect(await denial({ region: 'evil.example/' })).toContain('AWS_REGION');
  vi.doMock('aws4', () => {
    throw new Error('Cannot find package');
  });
  expect(await denial({})).toContain('npm install aws4');
  vi.doUnmock('aws4');
  expect(logins).toEqual([]);
});

test('TLS certificate: a login with nothing but the name of the role', async () => {
  const { server, logins } = await startEndpoint();
  await read(open(server, { auth: certificate() }));
  await read(open(server, { auth: certificate({ role: 'web', mount: 'team/cert' }) }));
  expect(logins).toEqual([
    { path: '/v1/auth/cert/login', body: {}, token: undefined },
    { path: '/v1/auth/team/cert/login', body: { name: 'web' }, token: undefined },
  ]);
});
