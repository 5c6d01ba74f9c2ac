/**
 * A self-signed certificate for loopback servers, made by openssl.
 *
 * Not here: who trusts it (nobody: the clients of the tests are told to go on).
 */
import { join } from 'node:path';
import { run } from './process.ts';

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes both files in `directory`. */
export async function makeCertificate(directory: string, commonName: string): Promise<CertificateFiles> {
  const certFile = join(directory, 'cert.pem');
  const keyFile = join(directory, 'key.pem');
  const names = `subjectAltName=DNS:${commonName},DNS:localhost,IP:127.0.0.1`;
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  const subject = ['-subj', `/CN=${commonName}`, '-addext', names, '-days', '2'];
  await run('openssl', ['req', '-x509', ...key, ...subject, '-out', certFile]);
  return { certFile, keyFile };
}
