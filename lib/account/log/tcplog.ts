/**
 * HAProxy's own lines for TCP (manual 8.2.1, 8.2.2), as `log-format` texts.
 *
 * Not here: custom formats (`format.ts`).
 */
import type { LogFormatChoice } from '../../config/config.ts';
import { TCPLOG_FORMAT } from '../../config/log-format.ts';
import { compileLogFormat, type LineFormat } from './format.ts';

/** `option tcplog clf`: the same facts where a reader of web servers' logs looks for them. */
export const TCPLOG_CLF_FORMAT =
  '%{+Q}o %{-Q}ci - - [%T] "TCP " 000 %B "" "" %cp %ms %ft %b %s %Th %Tw %Tc %Tt %U %ts-- ' +
  '%ac %fc %bc %sc %rc %sq %bq "" "" ';

/**
 * The line a frontend writes at the end of a session; null: none then, but a "Connect from" line at accept.
 * Throws a RangeError for a custom format that does not compile: the configuration is checked before.
 */
export function lineFormat(choice: LogFormatChoice): LineFormat | null {
  switch (choice.kind) {
    case 'none':
      return null;
    case 'tcplog':
      return compileLogFormat(TCPLOG_FORMAT);
    case 'tcplog-clf':
      return compileLogFormat(TCPLOG_CLF_FORMAT);
    case 'httplog':
    case 'httplog-clf':
    case 'httpslog':
      return compileLogFormat(TCPLOG_FORMAT);
    case 'custom':
      return compileLogFormat(choice.format);
  }
}

/** One end of a connection: an address and port, or a unix socket's path or number. */
export interface LogEndpoint {
  readonly address: string;
  readonly port: number;
}

/** The line at accept where no format is set: `Connect from 10.0.1.2:33312 to 10.0.3.31:8012 (www/TCP)`. */
export function connectLine(frontendName: string, client: LogEndpoint, local: LogEndpoint): string {
  const from = client.address === '' ? '' : ` from ${client.address}:${client.port}`;
  const to = local.address === '' ? `unix:${client.port}` : `${local.address}:${local.port}`;
  return `Connect${from} to ${to} (${frontendName}/TCP)`;
}
