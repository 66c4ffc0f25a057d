import { administer } from './administer.js';
import type { TestServer } from './test-server.js';

/** A certificate and its key, in PEM. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority whose certificates tests use, so that no program has to make them. */
export interface CertificateAuthority {
  /** Its own certificate, in PEM. */
  readonly certificate: string;
  /** Makes a certificate for a name; with it for addresses, too. */
  issue(commonName: string, more?: { readonly addresses?: readonly string[] }): Promise<IssuedCertificate>;
}

/** Makes an authority of the engine `pki` of a running server, at a mount of its own. */
export async function makeAuthority(
  server: Pick<TestServer, 'address' | 'rootToken'>,
  name = 'authority',
): Promise<CertificateAuthority> {
  const { call } = administer(server);
  await call('POST', `sys/mounts/${name}`, { type: 'pki' });
  const root = (await call('POST', `${name}/root/generate/internal`, {
    common_name: name,
    key_type: 'ec',
    key_bits: 256,
  })) as { readonly data: { readonly certificate: string } };
  const anything = { allow_any_name: true, enforce_hostnames: false, key_type: 'ec', key_bits: 256 };
  await call('POST', `${name}/roles/any`, { ...anything, ttl: '1h' });
  return {
    certificate: root.data.certificate,
    async issue(commonName, { addresses = [] } = {}) {
      const body = { common_name: commonName, ip_sans: addresses.join(',') };
      const made = (await call('POST', `${name}/issue/any`, body)) as {
        readonly data: { readonly certificate: string; readonly private_key: string };
      };
      return { cert: made.data.certificate, key: made.data.private_key };
    },
  };
}
