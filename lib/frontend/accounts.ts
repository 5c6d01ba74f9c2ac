/**
 * Users and groups of the system by name or number.
 *
 * Not here: becoming one of them (`../cli/privileges.ts`).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SluiceError } from '../errors.ts';

/** The fields of a line of `/etc/passwd` or `/etc/group` by its name or number; null: no such entry. */
export type AccountLookup = (database: 'passwd' | 'group', key: string) => readonly string[] | null;

/** Looks into the system's files, then asks its name service (LDAP and the like) where `getent` exists. */
export const systemAccounts: AccountLookup = (database, key) => {
  const line =
    accountLine(readOrEmpty(`/etc/${database}`), key) ?? accountLine(fromNameService(database, key), key);
  return line?.split(':') ?? null;
};

/** The number of a user or group; null for null. Throws ERR_UNKNOWN_ACCOUNT if there is none of that name. */
export function findAccount(database: 'passwd' | 'group', name: string | null): number | null {
  if (name === null) return null;
  const entry = systemAccounts(database, name);
  if (entry === null) {
    throw new SluiceError(
      'ERR_UNKNOWN_ACCOUNT',
      `there is no ${database === 'group' ? 'group' : 'user'} '${name}'`,
    );
  }
  return Number(entry[2]);
}

function accountLine(text: string, key: string): string | null {
  return text.split('\n').find((line) => line.split(':')[0] === key || line.split(':')[2] === key) ?? null;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function fromNameService(database: string, key: string): string {
  // A name that begins with a dash would be taken for an option.
  if (key.startsWith('-')) return '';
  try {
    return execFileSync('getent', [database, key], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
