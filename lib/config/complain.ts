/**
 * How the checks of a finished `Config` speak: about a path of it, in the same words everywhere.
 *
 * Not here: collecting (`diagnostic.ts`), from path to text (`places.ts`), complaints about a line (`line.ts`).
 */
import type { DiagnosticCode } from './codes.ts';
import type { ProxyConfig } from './config.ts';
import type { Severity } from './diagnostic.ts';
import type { Path } from './places.ts';

/** Adds one diagnostic at a path of the Config. A hint that has to be searched for is asked for only if it is shown. */
export type Complain = (
  severity: Severity,
  code: DiagnosticCode,
  message: string,
  path: Path,
  hint?: string | null | (() => string | null),
) => void;

/** The proxy in words: `frontend 'f'`. */
export function describe(proxy: ProxyConfig): string {
  return `${proxy.kind} '${proxy.name}'`;
}
