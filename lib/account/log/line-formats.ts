/**
 * The lines one frontend writes: HAProxy's own (manual 8.2) or those of its configuration, as `log-format` texts, and the two that
 * are no formats.
 *
 *     session ends            ->  log-format (or option tcplog, httplog, ...)
 *     what began it failed    ->  error-log-format, or the line of `failedHandshake`
 *     no format at all        ->  the line of `connectLine`, at accept
 *
 * Not here: what a format is (`format.ts`), which line is written when (`session-log.ts`).
 */
import type { FrontendConfig, LogFormatChoice } from '../../config/config.ts';
import {
  HTTPLOG_CLF_FORMAT,
  HTTPLOG_FORMAT,
  HTTPSLOG_FORMAT,
  TCPLOG_FORMAT,
} from '../../config/log-format.ts';
import type { EndReason, SessionRecord } from '../session.ts';
import type { LogContext } from './aliases.ts';
import { compileLogFormat, formatExpressions, type LineFormat } from './format.ts';
import { unreadable } from './http-aliases.ts';

/** `option tcplog clf`: the same facts where a reader of web servers' logs looks for them. */
export const TCPLOG_CLF_FORMAT =
  '%{+Q}o %{-Q}ci - - [%T] "TCP " 000 %B "" "" %cp %ms %ft %b %s %Th %Tw %Tc %Tt %U %ts-- ' +
  '%ac %fc %bc %sc %rc %sq %bq "" "" ';

/** The settings of a frontend that say what its lines look like. */
export type FormatConfig = Pick<FrontendConfig, 'logFormat' | 'logFormatSd' | 'errorLogFormat'>;

type Mode = 'tcp' | 'http';

export interface LineFormats {
  /** Null: a line at accept instead. */
  readonly session: LineFormat | null;
  /** `log-format-sd`: structured data of RFC 5424. */
  readonly structured: LineFormat | null;
  /** `error-log-format`. */
  readonly error: LineFormat | null;
}

/** Throws a RangeError for a format that does not compile: the configuration is checked before. */
export function lineFormats(config: FormatConfig, mode: Mode): LineFormats {
  let firstSample = 0;
  const [session = null, structured = null, error = null] = texts(config, mode).map((format) => {
    if (format === null) return null;
    const compiled = compileLogFormat(format, { mode, firstSample });
    firstSample += formatExpressions(format, mode).length;
    return compiled;
  });
  return { session, structured, error };
}

/**
 * The expressions whose values its sessions keep for the log (`SessionRecord.samples`), in their order: of `log-format`, of
 * `log-format-sd`, of `error-log-format`. An expression that occurs twice is there twice. Throws as `lineFormats` does.
 */
export function logExpressions(config: FormatConfig, mode: Mode): readonly string[] {
  return texts(config, mode).flatMap((format) => (format === null ? [] : formatExpressions(format, mode)));
}

/** In the order in which their samples are kept. */
function texts({ logFormat, logFormatSd, errorLogFormat }: FormatConfig, mode: Mode): (string | null)[] {
  return [sessionText(logFormat, mode), logFormatSd, errorLogFormat];
}

/** The formats of HTTP come to mode tcp through `defaults`; HAProxy writes those of TCP then. */
function sessionText(choice: LogFormatChoice, mode: Mode): string | null {
  switch (choice.kind) {
    case 'none':
      return null;
    case 'tcplog':
      return TCPLOG_FORMAT;
    case 'tcplog-clf':
      return TCPLOG_CLF_FORMAT;
    case 'httplog':
      return mode === 'http' ? HTTPLOG_FORMAT : TCPLOG_FORMAT;
    case 'httplog-clf':
      return mode === 'http' ? HTTPLOG_CLF_FORMAT : TCPLOG_FORMAT;
    case 'httpslog':
      return mode === 'http' ? HTTPSLOG_FORMAT : TCPLOG_FORMAT;
    case 'custom':
      return choice.format;
  }
}

/** One end of a connection: an address and port, or a unix socket's path or number. */
export interface LogEndpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * The line where no format is set: `Connect from 10.0.1.2:33312 to 10.0.3.31:8012 (www/TCP)`, at accept or when a request
 * begins.
 */
export function connectLine(
  frontendName: string,
  mode: Mode,
  client: LogEndpoint,
  local: LogEndpoint,
): string {
  const from = client.address === '' ? '' : ` from ${client.address}:${client.port}`;
  const to = local.address === '' ? `unix:${client.port}` : `${local.address}:${local.port}`;
  return `Connect${from} to ${to} (${frontendName}/${mode === 'http' ? 'HTTP' : 'TCP'})`;
}

const HANDSHAKE_FAULTS: Partial<Readonly<Record<EndReason, string>>> = {
  'tls-handshake-failed': 'SSL handshake failure',
  'tls-handshake-timeout': 'Timeout during SSL handshake',
};

/** True for a client who could not even say what it wanted: `error-log-format` is for those (manual 8.2.5). */
export function neverBegan({ http, ending }: SessionRecord): boolean {
  return handshakeFailed(ending.reason) || (http !== null && unreadable(http));
}

export function handshakeFailed(reason: EndReason): boolean {
  return HANDSHAKE_FAULTS[reason] !== undefined;
}

/** HAProxy's line about a failed handshake: `10.0.1.2:33312 [22/Nov/2026:13:50:52.403] www/1: SSL handshake failure`. */
export function handshakeLine(record: SessionRecord, { dates }: LogContext): string {
  const { clientAddress, clientPort, acceptedWallMs, frontendName, listenerName, bytesIn, ending } = record;
  const client = clientAddress === '' ? `unix:${clientPort}` : `${clientAddress}:${clientPort}`;
  // A listener without a name is called by its number.
  const listener = /^sock-(\d+)$/.exec(listenerName)?.[1] ?? listenerName;
  const silent = ending.reason === 'tls-handshake-failed' && bytesIn === 0;
  const fault = silent ? 'Connection closed during SSL handshake' : HANDSHAKE_FAULTS[ending.reason];
  return `${client} [${dates.withMilliseconds(acceptedWallMs)}] ${frontendName}/${listener}: ${fault ?? ''}`;
}
