import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether certificates can be made here: the program openssl is there. */
export const canMakeCertificates: boolean = await run('openssl', ['version']).then(
  () => true,
  () => false,
);

/** Makes a certificate that signs itself, and its key, in PEM. */
export async function makeCertificate(
  name: string,
): Promise<{ readonly cert: string; readonly key: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  try {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const to = ['-keyout', key, '-out', cert, '-days', '2', '-nodes', '-subj', `/CN=${name}`];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    await run('openssl', ['req', ...kind, ...to, '-addext', 'subjectAltName=IP:127.0.0.1']);
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
