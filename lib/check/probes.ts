/**
 * The table from the kind of check a backend asks for to the probe that makes it; scripted, HTTP, protocol and agent
 * probes add their row here.
 *
 * Not here: the probes; when they run (`check.ts`).
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CheckType, ServerCheckConfig } from '../config/config.ts';
import { SluiceError } from '../errors.ts';
import type { Clock } from '../time/clock.ts';
import type { ConnectProbeTls } from './connect.ts';
import { ConnectProbe } from './connect.ts';
import type { Probe } from './probe.ts';

/** What probes need beside the server's own check settings. */
export interface ProbeSurroundings {
  readonly clock: Clock;
  /** Local IP address that the server's connections come from; null: the system's choice. */
  readonly sourceAddress: string | null;
}

/** `ca-file` for the certificates that Node trusts by itself. */
const SYSTEM = '@system-ca';

type ProbeMaker = (config: ServerCheckConfig, surroundings: ProbeSurroundings) => Probe;

const PROBES: Readonly<Record<CheckType, ProbeMaker>> = {
  connect: (config, { clock, sourceAddress }) =>
    new ConnectProbe({ clock, sourceAddress, tls: config.ssl ? tlsOf(config) : null }),
};

/**
 * The probe for one server. Reads `ca-file`, so it belongs to the start, not to traffic.
 * Throws `SluiceError` with code `ERR_CONFIG` if that file cannot be read or holds no certificate.
 */
export function createProbe(
  type: CheckType,
  config: ServerCheckConfig,
  surroundings: ProbeSurroundings,
): Probe {
  try {
    return PROBES[type](config, surroundings);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError('ERR_CONFIG', `ca-file '${config.caFile ?? ''}' cannot be used: ${reason}`, {
      cause,
    });
  }
}

function tlsOf(config: ServerCheckConfig): ConnectProbeTls {
  return {
    sni: config.sni,
    alpn: config.alpn,
    verify: config.sslVerify === 'required',
    ca: config.caFile === null || config.caFile === SYSTEM ? null : readCertificates(config.caFile),
  };
}

/** Node takes a file without certificates for an empty list of authorities, which no server could satisfy. */
function readCertificates(path: string): string {
  const pem = readFileSync(path, 'utf8');
  new X509Certificate(pem);
  return pem;
}
