/** What a certificate that the server makes for itself says. */
export interface CertificateOptions {
  /** Whom it is for. @default 'localhost' */
  readonly commonName?: string;
  /** The host names that it is good for. @default ['localhost'], or the common name where one is given */
  readonly dnsNames?: readonly string[];
  /** The addresses that it is good for. @default ['127.0.0.1', '::1'], or none where a common name is given */
  readonly addresses?: readonly string[];
  /** When it begins to be good: milliseconds since 1970. @default a day ago */
  readonly notBefore?: number;
  /** When it ends: milliseconds since 1970; a time in the past makes an expired one. @default in 30 days */
  readonly notAfter?: number;
}
