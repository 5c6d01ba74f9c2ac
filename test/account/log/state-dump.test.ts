import t from 'tap';
import { stateDumps } from '../../../lib/account/log/state-dump.ts';
import { backendView, frontendView, serverView } from '../../help/views.ts';

/** The state line of the one proxy whose backend is `over`. */
function proxyLine(over: Parameters<typeof backendView>[0]): string | undefined {
  const view = { frontends: [], backends: [backendView({ name: 'b', ...over })] };
  return stateDumps(view, [{ kind: 'backend', name: 'b' }])[0]?.lines.at(-1);
}

void t.test("a proxy's servers and the proxy itself, in HAProxy's words", async (t) => {
  const up = serverView({ name: 'a', backendName: 'l', servedCount: 2 });
  for (let sessions = 1; sessions <= 7; sessions += 1) up.counters.sessionStarted(0, 1);
  const down = serverView({ name: 'z', backendName: 'l', status: 'DOWN', queuedCount: 3 });
  const listen = backendView({ name: 'l', sessionsNow: 4, queuedCount: 1, servers: [up, down] });
  for (let sessions = 1; sessions <= 8; sessions += 1) listen.counters.sessionStarted(0, 1);
  const door = frontendView({ name: 'l', sessionsNow: 5 });
  for (let connections = 1; connections <= 9; connections += 1) door.counters.connectionAccepted(0);
  t.same(stateDumps({ frontends: [door], backends: [listen] }, [{ kind: 'listen', name: 'l' }]), [
    {
      proxyName: 'l',
      heading: 'SIGHUP received, dumping servers states for proxy l.',
      lines: [
        'SIGHUP: Server l/a is UP. Conn: 2 act, 0 pend, 7 tot.',
        'SIGHUP: Server l/z is DOWN. Conn: 0 act, 3 pend, 0 tot.',
        'SIGHUP: Proxy l has 1 active servers and 0 backup servers available. Conn: act(FE+BE): 5+4, 4 pend (1 unass), tot(FE+BE): 9+8.',
      ],
    },
  ]);
});

void t.test('only what runs is UP: draining yes, maintenance no', async (t) => {
  const servers = (['DRAIN', 'MAINT'] as const).map((status) => serverView({ name: status, status }));
  const view = { frontends: [], backends: [backendView({ name: 'b', servers })] };
  t.match(stateDumps(view, [{ kind: 'backend', name: 'b' }])[0]?.lines, [
    /DRAIN is UP\./,
    /MAINT is DOWN\./,
    /^SIGHUP: Proxy b /,
  ]);
});

void t.test('no servers at all, none usable, and only backups are told apart', async (t) => {
  const servers = [serverView()];
  t.match(proxyLine({ servers: [] }), /^SIGHUP: Proxy b has no servers\. Conn: /);
  t.match(
    proxyLine({ servers, activeServers: 0 }),
    /^SIGHUP: Proxy b has no server available ! Conn: act\(FE\+BE\): 0\+0, /,
  );
  t.match(
    proxyLine({ servers, activeServers: 0, backupServers: 1 }),
    /^SIGHUP: Proxy b is running on backup servers ! Conn: /,
  );
});

void t.test('a frontend and a backend of one name stay two proxies, in the order of the text', async (t) => {
  const view = {
    frontends: [frontendView({ name: 'x' })],
    backends: [backendView({ name: 'x', servers: [serverView({ backendName: 'x' })] })],
  };
  const dumps = stateDumps(view, [
    { kind: 'backend', name: 'x' },
    { kind: 'backend', name: 'disabled' },
    { kind: 'frontend', name: 'x' },
  ]);
  t.match(
    dumps.map(({ lines }) => lines),
    [[/Server x\/a is UP/, /Proxy x has 1 active/], [/Proxy x has no servers\./]],
  );
});
