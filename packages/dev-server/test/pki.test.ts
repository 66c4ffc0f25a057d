import { createPrivateKey, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DevServer, startDevServer } from '../src/index.js';
import { send, type TestAnswer } from './http-client.js';

describe('the engine pki', () => {
  let server: DevServer;
  let now: number;
  const call = (path: string, body?: unknown, method?: string): Promise<TestAnswer> =>
    send(server.address, {
      path: `/v1/${path}`,
      token: 'root',
      body,
      ...(method === undefined ? {} : { method }),
    });
  const role = (name: string, settings: object = {}) =>
    call(`pki/roles/${name}`, { key_type: 'ec', key_bits: 256, ...settings });
  const refused = async (path: string, body: unknown): Promise<string> => {
    const { status, json } = await call(path, body);
    expect(status).toBe(400);
    return json.errors[0];
  };

  beforeEach(async () => {
    now = Date.UTC(2030, 0, 1);
    server = await startDevServer({ now: () => now, rootToken: 'root' });
    await call('sys/mounts/pki', { type: 'pki' });
    await call('pki/root/generate/internal', { common_name: 'authority', key_type: 'ec', key_bits: 384 });
    await role('web', { allowed_domains: 'example.com', allow_subdomains: true, ttl: '1h', max_ttl: '2h' });
  });
  afterEach(() => server.close());

  test.each([
    ['rsa', 2048, 'rsa'],
    ['ec', 521, 'ec'],
  ])('gives a certificate and its key: %s', async (key_type, key_bits, type) => {
    await role('any', { allow_any_name: true, key_type, key_bits });
    const { json } = await call('pki/issue/any', {
      common_name: 'a.example.org',
      alt_names: 'b.example.org,me@example.org',
      ip_sans: '127.0.0.1,::1',
      ttl: '10m',
    });
    expect(json).toMatchObject({
      lease_id: '',
      data: { private_key_type: type, expiration: now / 1000 + 600 },
    });
    const { certificate, private_key, issuing_ca, serial_number } = json.data;
    const [made, authority] = [new X509Certificate(certificate), new X509Certificate(issuing_ca)];
    expect(made.checkPrivateKey(createPrivateKey(private_key))).toBe(true);
    expect(made.checkIssued(authority) && made.verify(authority.publicKey)).toBe(true);
    expect(made.serialNumber.toLowerCase()).toBe(serial_number.replaceAll(':', ''));
    expect(made.ca).toBe(false);
    expect(made.checkHost('b.example.org')).toBe('b.example.org');
    expect(made.checkIP('::1')).toBe('::1');
    expect(made.checkEmail('me@example.org')).toBe('me@example.org');
    expect(Date.parse(made.validTo)).toBe(now + 600_000);
    expect((await call(`pki/cert/${serial_number.replaceAll(':', '-')}`)).json.data).toEqual({
      certificate,
      revocation_time: 0,
    });
    expect((await call('pki/certs', undefined, 'LIST')).json.data.keys).toContain(serial_number);
  });

  test('leases it where the role says so; with the lease it is revoked', async () => {
    await role('leased', { allow_any_name: true, generate_lease: true, ttl: 60 });
    const { json } = await call('pki/issue/leased', { common_name: 'a' });
    expect(json).toMatchObject({ renewable: false, lease_duration: 60 });
    expect(json.lease_id).toMatch(/^pki\/issue\/leased\//);
    expect(await refused('sys/leases/renew', { lease_id: json.lease_id })).toBe('lease is not renewable');
    now += 5_000;
    await call('sys/leases/revoke', { lease_id: json.lease_id });
    const kept = await call(`pki/cert/${json.data.serial_number}`);
    expect(kept.json.data.revocation_time).toBe(now / 1000);
    const again = await call('pki/revoke', { serial_number: json.data.serial_number });
    expect(again.json.data.revocation_time).toBe(now / 1000);
  });

  test('gives only names that the role allows', async () => {
    const name = (common_name: string) => call('pki/issue/web', { common_name });
    for (const allowed of ['a.example.com', '*.example.com', 'localhost', 'me@a.example.com']) {
      expect((await name(allowed)).status, allowed).toBe(200);
    }
    for (const other of ['example.com', 'a.example.org', 'notexample.com', 'a b.example.com']) {
      expect(await refused('pki/issue/web', { common_name: other })).toBe(
        `common name ${other} not allowed by this role`,
      );
    }
    expect(await refused('pki/issue/web', { common_name: 'a.example.com', alt_names: 'b.org' })).toBe(
      'subject alternate name b.org not allowed by this role',
    );
    await role('bare', {
      allowed_domains: ['example.com', 'x-*.org'],
      allow_bare_domains: true,
      allow_glob_domains: true,
    });
    for (const common_name of ['example.com', 'x-1.org']) {
      expect((await call('pki/issue/bare', { common_name })).status).toBe(200);
    }
  });

  test('caps the TTL, and never outlives its authority', async () => {
    const { json } = await call('pki/issue/web', { common_name: 'a.example.com', ttl: '5h' });
    expect(json.warnings).toEqual(['TTL "5h" is longer than permitted maxTTL "2h", so maxTTL is being used']);
    expect(json.data.expiration).toBe(now / 1000 + 7_200);
    now += 767.5 * 3_600_000;
    expect(await refused('pki/issue/web', { common_name: 'a.example.com' })).toMatch(
      /^cannot satisfy request, as TTL would result in notAfter .* beyond the expiration of the CA certificate at /,
    );
  });

  test('says what is wrong or missing', async () => {
    expect(await refused('pki/issue/none', { common_name: 'a' })).toBe('unknown role: none');
    expect(await refused('pki/issue/web', {})).toContain('the common_name field is required');
    expect(await refused('pki/issue/web', { common_name: 'a.example.com', ip_sans: 'x' })).toBe(
      'the value "x" is not a valid IP address',
    );
    expect(await refused('pki/roles/bad', { key_type: 'dsa' })).toBe('unknown key type dsa');
    expect(await refused('pki/roles/bad', { no_store: true, generate_lease: true })).toContain(
      'mutually exclusive',
    );
    const second = await call('pki/root/generate/internal', { common_name: 'other' });
    expect(second.json.warnings[0]).toContain('please issue a delete on pki/root.');
    await call('pki/root', undefined, 'DELETE');
    expect(await refused('pki/issue/web', { common_name: 'a.example.com' })).toContain('(was one set?)');
  });
});
