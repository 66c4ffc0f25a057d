import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { type DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { MethodTranslator } from '../http/method-translator.js';

/** The certificates that a client showed, its own first; undefined without TLS. */
export function shownCertificates(connection: Socket | MethodTranslator): X509Certificate[] | undefined {
  const socket = connection instanceof MethodTranslator ? connection.socket : connection;
  if (!(socket instanceof TLSSocket)) return undefined;
  const chain: X509Certificate[] = [];
  // One that signs itself is its own issuer.
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined) {
    chain.push(new X509Certificate(next.raw));
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return chain;
}
