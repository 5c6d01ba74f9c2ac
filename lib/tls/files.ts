/**
 * Certificates, keys and lists of them as files hold them (PEM): read, and looked at whether they belong together.
 *
 * Not here: what is made of them (`bind-contexts.ts`, `server-contexts.ts`), when they are read again (`file-watch.ts`).
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../errors.ts';

/** A chain with the key of its first certificate. */
export interface KeyPair {
  readonly path: string;
  /** PEM; the first certificate is the one that is shown. */
  readonly cert: string;
  readonly key: string;
  /** What the certificate is for, in lower case: its DNS names and its common name; `*.a.example` is any one label before. */
  readonly names: readonly string[];
  /** Files this was read from. */
  readonly files: readonly string[];
}

/** What HAProxy leaves beside a certificate in a folder. */
const NO_CERTIFICATE = /\.(?:key|issuer|ocsp|sctl)$|^\./;

/**
 * The certificate in `path` with its key, from the same file or from `path.key`.
 * Throws `SluiceError` (ERR_CONFIG) if one of them is missing or cannot be read, or they do not belong together.
 */
export function readKeyPair(path: string): KeyPair {
  const cert = readPem('crt', path);
  const certificate = certificateIn('crt', path, cert);
  const keyPath = `${path}.key`;
  const apart = !/PRIVATE KEY-----/.test(cert);
  if (apart && !existsSync(keyPath))
    throw unusable('crt', path, `it holds no key, and there is no '${keyPath}'`);
  const key = apart ? readPem('crt', keyPath) : cert;
  if (!fits(certificate, key, apart ? keyPath : path)) {
    throw unusable('crt', path, `the key ${apart ? `in '${keyPath}' ` : ''}is that of another certificate`);
  }
  return { path, cert, key, names: namesOf(certificate), files: apart ? [path, keyPath] : [path] };
}

/** `crt PATH`: the file itself, or the certificates of a folder in byte order of their names. */
export function certificateFiles(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
  } catch (cause) {
    throw unusable('crt', path, cause);
  }
  const names = readdirSync(path).filter((name) => !NO_CERTIFICATE.test(name));
  if (names.length === 0) throw unusable('crt', path, 'the folder holds no certificate');
  return names
    .toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
    .map((name) => join(path, name));
}

/** Certificates of authorities. Node takes a file without any for an empty list, which nobody could satisfy. */
export function readAuthorities(path: string): string {
  const pem = readPem('ca-file', path);
  certificateIn('ca-file', path, pem);
  return pem;
}

/** A list of certificates that were withdrawn. */
export function readRevoked(path: string): string {
  const pem = readPem('crl-file', path);
  if (!pem.includes('-----BEGIN X509 CRL-----')) throw unusable('crl-file', path, 'it holds no list (PEM)');
  return pem;
}

/** Any other text that a TLS keyword names. */
export function readPem(keyword: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw unusable(keyword, path, cause);
  }
}

/** The error for a file that cannot be used; `reason`: a sentence without a final stop, or what the system said. */
export function unusable(keyword: string, path: string, reason: unknown): SluiceError {
  const told = reason instanceof Error ? reason.message : String(reason);
  const message = `${keyword} '${path}' cannot be used: ${told}`;
  return new SluiceError('ERR_CONFIG', message, reason instanceof Error ? { cause: reason } : {});
}

function certificateIn(keyword: string, path: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw unusable(keyword, path, 'it holds no certificate (PEM)');
  }
}

function fits(certificate: X509Certificate, key: string, path: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw unusable('crt', path, cause);
  }
}

function namesOf({ subject, subjectAltName }: X509Certificate): string[] {
  const common = /^CN=(.+)$/m.exec(subject)?.[1];
  const others = [...(subjectAltName ?? '').matchAll(/DNS:([^,\s"]+)/g)].map(([, name = '']) => name);
  return [...new Set([...others, ...(common === undefined ? [] : [common])])].map((name) =>
    name.toLowerCase(),
  );
}
