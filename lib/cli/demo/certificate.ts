/**
 * The demonstration's certificate: self-signed, made at each start, never written to a disk.
 *
 * Not here: any certificate of real traffic; that passes through untouched.
 */
import { generate } from 'selfsigned';

/** Key and certificate as PEM text. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate for `localhost` and 127.0.0.1, valid for a week. */
export async function makeCertificate(): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + 7 * 24 * 3600 * 1000),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}
