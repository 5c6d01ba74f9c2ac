/**
 * Addresses that several `bind` lines name, or that cover each other.
 *
 *   *:80 and *:80, *:80-90 and *:85          one socket, its clients shared out in turn: a warning
 *   *:80 and 127.0.0.1:80, [::]:80 and *:80  the second cannot be bound: an alert
 *   `metrics` on an address of a `bind`      the same
 *
 * HAProxy opens all of these (SO_REUSEPORT). Not here: names that resolve to one address, ports of other programs
 * (the system says so at start), descriptors, which may stand in several lines.
 */
import { printBindAddresses } from './address.ts';
import type { Complain } from './complain.ts';
import type { BindAddress, Config } from './config.ts';
import type { Path, Places } from './places.ts';

/** One address with its ports; `owner` in words: `frontend 'f'`. */
interface Claim {
  readonly address: Exclude<BindAddress, { readonly kind: 'fd' }>;
  readonly port: number;
  readonly portEnd: number;
  readonly v6only: boolean;
  readonly owner: string;
  /** Its socket serves nobody else. */
  readonly alone: boolean;
  readonly path: Path;
  /** Position in the order of declaration. */
  readonly order: number;
}

/** Adds a diagnostic at the later one of every two addresses that meet. */
export function checkBinds(config: Config, places: Places, complain: Complain): void {
  const claims = claimsOf(config);
  for (const meeting of meetingsWithin(claims)) {
    if (meeting.some((claim) => claim.alone)) refuse(meeting, places, complain);
    else tellShared(meeting, places, complain);
  }
  for (const meeting of meetingsAcross(claims)) refuse(meeting, places, complain);
}

function tellShared([first, second]: Meeting, places: Places, complain: Complain): void {
  const message = `${second.owner}: ${shownAddress(second)} shares its socket with ${inWords(first, places)}; clients go to the two in turn`;
  complain('warning', 'shared-address', message, second.path, 'keep one of them unless it is meant');
}

function refuse([first, second]: Meeting, places: Places, complain: Complain): void {
  const mixed = first.address.kind !== second.address.kind;
  const hint = mixed ? "add 'v6only' to the one with '[::]'" : 'keep one of the two, or give it another port';
  const message = `${second.owner}: ${shownAddress(second)} cannot be bound beside ${inWords(first, places)}`;
  complain('alert', 'address-conflict', message, second.path, hint);
}

function shownAddress({ address }: Claim): string {
  return `'${printBindAddresses([address])}'`;
}

function inWords(claim: Claim, places: Places): string {
  const where = places.where(...claim.path);
  return `${shownAddress(claim)} of ${claim.owner}${where === null ? '' : ` (${where})`}`;
}

function claimsOf(config: Config): Claim[] {
  const claims: Claim[] = [];
  const add = (address: BindAddress, claim: Pick<Claim, 'v6only' | 'owner' | 'alone' | 'path'>): void => {
    // Port 0 is another port each time.
    if (address.kind === 'fd' || (address.kind !== 'unix' && address.port === 0)) return;
    const { port, portEnd } = address.kind === 'unix' ? { port: 0, portEnd: 0 } : address;
    claims.push({ ...claim, address, port, portEnd, order: claims.length });
  };
  for (const address of config.global.metrics)
    add(address, { v6only: false, owner: "'metrics'", alone: true, path: ['global', 'metrics'] });
  config.proxies.forEach(({ kind, name, disabled, frontend }, index) => {
    if (disabled) return;
    frontend?.binds.forEach((bind, position) => {
      const path = ['proxy', index, 'bind', position];
      const claim = { v6only: bind.v6only, owner: `${kind} '${name}'`, alone: false, path };
      for (const address of bind.addresses) add(address, claim);
    });
  });
  return claims;
}

/** Two claims in the order of their declaration. */
type Meeting = readonly [Claim, Claim];

/** Ports of one and the same host, or one path. */
function meetingsWithin(claims: readonly Claim[]): Meeting[] {
  const groups = new Map<string, Claim[]>();
  for (const claim of claims) {
    const { address } = claim;
    const name = address.kind === 'unix' ? address.path : `${address.kind}@${address.host}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [claim]);
    else group.push(claim);
  }
  return [...groups.values()].flatMap((group) => sweep(group, () => 'one'));
}

/** Ports of any address and of one that it covers. */
function meetingsAcross(claims: readonly Claim[]): Meeting[] {
  const any4 = claims.filter((claim) => isAny(claim, 'ipv4'));
  const any6 = claims.filter((claim) => isAny(claim, 'ipv6'));
  const both = any6.filter((claim) => !claim.v6only);
  const one4 = claims.filter((claim) => claim.address.kind === 'ipv4' && !isAny(claim, 'ipv4'));
  const one6 = claims.filter((claim) => claim.address.kind === 'ipv6' && !isAny(claim, 'ipv6'));
  return [...cross(any4, one4), ...cross(any6, one6), ...cross(both, [...any4, ...one4])];
}

function cross(left: readonly Claim[], right: readonly Claim[]): Meeting[] {
  const sides = new Set(left);
  return sweep([...left, ...right], (claim) => (sides.has(claim) ? 'left' : 'right'));
}

/**
 * Each claim with the widest-reaching one before it, by port, that it meets: of the same side where there is one
 * side, of the other where there are two. At most one meeting per claim, so many lines make no flood.
 */
function sweep(claims: readonly Claim[], side: (claim: Claim) => 'one' | 'left' | 'right'): Meeting[] {
  const widest = new Map<string, Claim>();
  const opposite = { one: 'one', left: 'right', right: 'left' } as const;
  const meetings: Meeting[] = [];
  for (const claim of claims.toSorted((a, b) => a.port - b.port || a.order - b.order)) {
    const mine = side(claim);
    const before = widest.get(opposite[mine]);
    if (before !== undefined && claim.port <= before.portEnd)
      meetings.push(before.order < claim.order ? [before, claim] : [claim, before]);
    if (claim.portEnd > (widest.get(mine)?.portEnd ?? -1)) widest.set(mine, claim);
  }
  return meetings.toSorted(([, a], [, b]) => a.order - b.order);
}

function isAny({ address }: Claim, kind: 'ipv4' | 'ipv6'): boolean {
  return address.kind === kind && (address.host === '0.0.0.0' || address.host === '::');
}
