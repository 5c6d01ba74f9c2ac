/**
 * The client's connection and where it goes: addresses, names of proxies (HAProxy manual 7.3.3).
 *
 * Not here: what TLS knows of the client (`tls.ts`).
 */
import { parseIp } from '../addresses.ts';
import { single } from '../fetch.ts';
import type { FetchMaker } from '../fetch.ts';
import type { IpAddress, Sample, SampleSource } from '../sample.ts';

function of(read: (source: SampleSource) => Sample | null): FetchMaker {
  return () => single(read);
}

/** Several rules ask for the same stream's address, one after the other: the last one asked for is kept. */
function address(read: (source: SampleSource) => string): FetchMaker {
  return () => {
    let text = '';
    let ip: IpAddress | null = null;
    return single((source) => {
      const asked = read(source);
      if (asked !== text) {
        text = asked;
        ip = parseIp(asked);
      }
      return ip;
    });
  };
}

/** Port 0 is the port of something that has none. */
function port(read: (source: SampleSource) => number): FetchMaker {
  return of((source) => read(source) || null);
}

/** What comes over loopback, or from the very address it goes to: the kernel gives such a connection the same at both ends. */
function isLocal({ sourceAddress, destinationAddress }: SampleSource): boolean | null {
  if (sourceAddress === '') return null;
  return sourceAddress === destinationAddress || sourceAddress === '::1' || sourceAddress.startsWith('127.');
}

export const CONNECTION_FETCHES: Readonly<Record<string, FetchMaker>> = {
  src: address((source) => source.sourceAddress),
  src_port: port((source) => source.sourcePort),
  src_is_local: of(isLocal),
  dst: address((source) => source.destinationAddress),
  dst_port: port((source) => source.destinationPort),
  so_name: of((source) => source.listenerName),
  so_id: of((source) => source.listenerId),
  fe_name: of((source) => source.frontendName),
  be_name: of((source) => source.backendName),
  srv_name: of((source) => source.serverName),
  // A connection that has failed is not asked.
  fc_err: of(() => 0),
};
