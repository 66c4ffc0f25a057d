import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:https';
import { describe, expect, test } from 'vitest';
import { startDevServer } from '../src/index.js';

interface Trust {
  readonly ca?: string | undefined;
  readonly servername?: string;
}

async function health(
  address: string,
  trust: Trust,
  method = 'GET',
  path = '/v1/sys/health',
): Promise<number> {
  const sent = request(`${address}${path}`, { method, agent: false, ...trust });
  sent.end();
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

describe('a server with TLS', () => {
  test('is trusted by who knows its certificate, and by nobody else', async () => {
    await using server = await startDevServer({ tls: true });
    expect(server.address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await health(server.address, { ca: server.caCertificate })).toBe(200);
    expect(await health(server.address.replace('127.0.0.1', 'localhost'), { ca: server.caCertificate })).toBe(
      200,
    );
    await expect(health(server.address, {})).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    // It goes on after a client hung up in the handshake, and knows verbs that node:http does not.
    expect(await health(server.address, { ca: server.caCertificate }, 'LIST', '/v1/secret/metadata')).toBe(
      400,
    );
  });

  test('may have a certificate that has expired', async () => {
    await using server = await startDevServer({
      tls: { notBefore: Date.UTC(2020, 0), notAfter: Date.UTC(2021, 0) },
    });
    await expect(health(server.address, { ca: server.caCertificate })).rejects.toMatchObject({
      code: 'CERT_HAS_EXPIRED',
    });
  });

  test('may have a certificate for another host', async () => {
    await using server = await startDevServer({ tls: { commonName: 'vault.example' } });
    const ca = server.caCertificate;
    await expect(health(server.address, { ca })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(await health(server.address, { ca, servername: 'vault.example' })).toBe(200);
  });

  test('takes a certificate that is given to it', async () => {
    await using first = await startDevServer({ tls: true });
    expect(first.caCertificate).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    const certificate = new X509Certificate(first.caCertificate ?? '');
    expect(certificate.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkIssued(certificate)).toBe(true);
  });

  test('without TLS there is no certificate', async () => {
    await using server = await startDevServer();
    expect(server.caCertificate).toBeUndefined();
  });
});
