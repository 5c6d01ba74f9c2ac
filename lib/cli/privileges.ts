/**
 * Giving up root's rights once every address is bound: `user`, `group`, `uid`, `gid` (HAProxy manual 3.1).
 *
 * Deviation towards the safer side: where HAProxy keeps root's group and supplementary groups unless `group` is given,
 * here `user` alone brings its own primary group, and the supplementary groups always go.
 *
 * Not here: finding accounts (`../frontend/accounts.ts`), binding, when to drop (`start.ts`).
 */
import type { GlobalConfig } from '../config/config.ts';
import { systemAccounts } from '../frontend/accounts.ts';
import type { AccountLookup } from '../frontend/accounts.ts';

/** Who to become; null: stay as we are. */
export interface Identity {
  readonly uid: number | null;
  readonly gid: number | null;
}

/** An identity, or one sentence without a final stop on why there is none. */
export type IdentityFound =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly problem: string };

/** The part of `process` that is used here; absent functions mean a system without users (Windows). */
export interface IdentityCalls {
  getuid?: () => number;
  getgid?: () => number;
  setgroups?: (groups: number[]) => void;
  setgid?: (gid: number) => void;
  setuid?: (uid: number) => void;
}

/** Finds the numbers for the configured names. Changes nothing, so it is done before binding, and by `-c`. */
export function findIdentity(global: GlobalConfig, accounts: AccountLookup = systemAccounts): IdentityFound {
  const { user, group } = global;
  const userEntry = user !== null ? accounts('passwd', user) : primaryEntry(global, accounts);
  if (user !== null && userEntry === null) return { ok: false, problem: `there is no user '${user}'` };
  const groupEntry = group === null ? null : accounts('group', group);
  if (group !== null && groupEntry === null) return { ok: false, problem: `there is no group '${group}'` };
  const uid = user !== null ? numberIn(userEntry) : global.uid;
  return { ok: true, identity: { uid, gid: numberIn(groupEntry) ?? global.gid ?? primaryGroup(userEntry) } };
}

function primaryEntry(global: GlobalConfig, accounts: AccountLookup): readonly string[] | null {
  return global.uid === null ? null : accounts('passwd', String(global.uid));
}

function numberIn(entry: readonly string[] | null): number | null {
  return entry === null ? null : Number(entry[2]);
}

function primaryGroup(entry: readonly string[] | null): number | null {
  return entry === null ? null : Number(entry[3]);
}

/**
 * Becomes `identity` for good and proves it. Nothing is done if we are that identity already.
 * Throws an Error with one clear sentence where that is impossible; then no traffic may be served.
 */
export function dropPrivileges(identity: Identity, calls: IdentityCalls = process): void {
  const { uid, gid } = identity;
  const uidNow = calls.getuid?.();
  const gidNow = calls.getgid?.();
  if ((uid === null || uid === uidNow) && (gid === null || gid === gidNow)) return;
  if (uidNow !== 0) {
    const wanted = [uid === null ? '' : `user ${uid}`, gid === null ? '' : `group ${gid}`]
      .filter(Boolean)
      .join(' and ');
    throw new Error(`only root may become ${wanted}; start as root, or remove user, group, uid and gid`);
  }
  // The order matters: without root's user number, groups can no longer be changed.
  calls.setgroups?.(gid === null ? [] : [gid]);
  if (gid !== null) calls.setgid?.(gid);
  if (uid !== null) calls.setuid?.(uid);
  prove(identity, calls);
}

function prove({ uid, gid }: Identity, calls: IdentityCalls): void {
  if ((uid !== null && calls.getuid?.() !== uid) || (gid !== null && calls.getgid?.() !== gid)) {
    throw new Error('the system did not change user and group although it said so');
  }
  if (uid === null || uid === 0) return;
  try {
    calls.setuid?.(0);
  } catch {
    return;
  }
  throw new Error('root could be taken back after it was given up');
}
