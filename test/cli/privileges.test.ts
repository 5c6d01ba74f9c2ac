import t from 'tap';
import type { IdentityCalls } from '../../lib/cli/privileges.ts';
import { dropPrivileges, findIdentity } from '../../lib/cli/privileges.ts';
import { GLOBAL_DEFAULTS } from '../../lib/config/defaults.ts';
import { systemAccounts } from '../../lib/frontend/accounts.ts';
import type { AccountLookup } from '../../lib/frontend/accounts.ts';

const accounts: AccountLookup = (database, key) => {
  const lines = database === 'passwd' ? ['www:x:33:44::/:/bin/false'] : ['www-group:x:55:'];
  const found = lines.find((line) => line.split(':')[0] === key || line.split(':')[2] === key);
  return found?.split(':') ?? null;
};

function identityOf(global: Partial<typeof GLOBAL_DEFAULTS>) {
  return findIdentity({ ...GLOBAL_DEFAULTS, ...global }, accounts);
}

void t.test('names become numbers; a user alone brings its own group', async (t) => {
  t.same(identityOf({}), { ok: true, identity: { uid: null, gid: null } });
  t.same(identityOf({ user: 'www' }), { ok: true, identity: { uid: 33, gid: 44 } });
  t.same(identityOf({ user: 'www', group: 'www-group' }), { ok: true, identity: { uid: 33, gid: 55 } });
  t.same(identityOf({ uid: 33 }), { ok: true, identity: { uid: 33, gid: 44 } });
  t.same(identityOf({ uid: 1234, gid: 7 }), { ok: true, identity: { uid: 1234, gid: 7 } });
  t.same(identityOf({ user: 'www', gid: 7 }), { ok: true, identity: { uid: 33, gid: 7 } });
});

void t.test('an unknown name is a fault', async (t) => {
  t.same(identityOf({ user: 'nobody-here' }), { ok: false, problem: "there is no user 'nobody-here'" });
  t.same(identityOf({ group: 'no-group' }), { ok: false, problem: "there is no group 'no-group'" });
});

void t.test("the system's own accounts are found by name and number, an option is no name", async (t) => {
  t.equal(systemAccounts('passwd', 'root')?.[2], '0');
  t.equal(systemAccounts('passwd', '0')?.[0], 'root');
  t.equal(systemAccounts('group', 'no-such-group-here'), null);
  t.equal(systemAccounts('passwd', '--help'), null);
});

/** A process whose numbers change as asked. */
function fakeProcess(uid: number, gid: number, options: { rootComesBack?: boolean } = {}) {
  const calls: string[] = [];
  let now = { uid, gid };
  const fake: IdentityCalls = {
    getuid: () => now.uid,
    getgid: () => now.gid,
    setgroups: (groups) => void calls.push(`setgroups ${groups.join(',')}`),
    setgid: (next) => {
      calls.push(`setgid ${next}`);
      now = { ...now, gid: next };
    },
    setuid: (next) => {
      if (next === 0 && options.rootComesBack !== true) throw new Error('EPERM');
      calls.push(`setuid ${next}`);
      now = { ...now, uid: next };
    },
  };
  return { calls, fake };
}

void t.test('groups go first, then the group, then the user', async (t) => {
  const { calls, fake } = fakeProcess(0, 0);
  dropPrivileges({ uid: 33, gid: 44 }, fake);
  t.same(calls, ['setgroups 44', 'setgid 44', 'setuid 33']);
});

void t.test('nothing to do, and nothing done, for the identity we have', async (t) => {
  for (const identity of [
    { uid: null, gid: null },
    { uid: 33, gid: 44 },
    { uid: 33, gid: null },
  ]) {
    const { calls, fake } = fakeProcess(33, 44);
    dropPrivileges(identity, fake);
    t.same(calls, []);
  }
});

void t.test('only root may change', async (t) => {
  const { calls, fake } = fakeProcess(1000, 1000);
  t.throws(() => dropPrivileges({ uid: 33, gid: 44 }, fake), {
    message: 'only root may become user 33 and group 44; start as root, or remove user, group, uid and gid',
  });
  t.same(calls, []);
});

void t.test('a change that did not happen, or can be undone, is not believed', async (t) => {
  const { fake } = fakeProcess(0, 0);
  t.throws(() => dropPrivileges({ uid: 33, gid: 44 }, { ...fake, setuid: () => {} }), /although it said so/);
  const undone = fakeProcess(0, 0, { rootComesBack: true });
  t.throws(() => dropPrivileges({ uid: 33, gid: 44 }, undone.fake), /could be taken back/);
});
