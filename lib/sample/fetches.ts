/**
 * The table of sample fetches: a maker for every name of `../config/fetch-table.ts`; a test holds the two together.
 *
 * Not here: what each does (`fetches/`).
 */
import type { FetchMaker } from './fetch.ts';
import { CAPTURE_FETCHES } from './fetches/captures.ts';
import { CONNECTION_FETCHES } from './fetches/connection.ts';
import { cookieCount, cookieFetch, cookieNumber } from './fetches/cookies.ts';
import { FIGURE_FETCHES } from './fetches/figures.ts';
import {
  elementCount,
  elementFetch,
  headerIp,
  headerNumber,
  lineCount,
  lineFetch,
  namesFetch,
  requestHeaders,
  responseHeaders,
  type Side,
} from './fetches/headers.ts';
import { INTERNAL_FETCHES } from './fetches/internal.ts';
import { urlParam, urlParamNumber } from './fetches/parameters.ts';
import { REQUEST_FETCHES } from './fetches/request.ts';
import { TLS_FETCHES } from './fetches/tls.ts';

/** Headers and cookies have the same words on both sides. */
function messageFetches(prefix: 'req' | 'res', headers: Side): readonly (readonly [string, FetchMaker])[] {
  const cookies = { headers, header: prefix === 'req' ? 'cookie' : 'set-cookie' } as const;
  return [
    [`${prefix}.hdr`, elementFetch(headers)],
    [`${prefix}.fhdr`, lineFetch(headers)],
    [`${prefix}.hdr_cnt`, elementCount(headers)],
    [`${prefix}.fhdr_cnt`, lineCount(headers)],
    [`${prefix}.hdr_ip`, elementFetch(headers, headerIp)],
    [`${prefix}.hdr_val`, elementFetch(headers, headerNumber)],
    [`${prefix}.hdr_names`, namesFetch(headers)],
    [`${prefix}.cook`, cookieFetch(cookies)],
    [`${prefix}.cook_cnt`, cookieCount(cookies)],
    [`${prefix}.cook_val`, cookieFetch(cookies, cookieNumber)],
  ];
}

/** By name; aliases are resolved when an expression is read. */
export const FETCH_MAKERS: ReadonlyMap<string, FetchMaker> = new Map([
  ...Object.entries(INTERNAL_FETCHES),
  ...Object.entries(CONNECTION_FETCHES),
  ...Object.entries(FIGURE_FETCHES),
  ...Object.entries(TLS_FETCHES),
  ...Object.entries(REQUEST_FETCHES),
  ...Object.entries(CAPTURE_FETCHES),
  ...messageFetches('req', requestHeaders),
  ...messageFetches('res', responseHeaders),
  ['url_param', urlParam],
  ['urlp_val', urlParamNumber],
]);
