/**
 * Real servers and clients from Debian's packages, talking through the balancer as they talk to each other: Redis,
 * PostgreSQL, Mosquitto, OpenSSL.
 *
 * Not here: HTTPS and WebSocket with a browser (`seed`), Prometheus (`prometheus`).
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type BalancerName, balancers, startBalancer } from './help/balancer.ts';
import { makeCertificate } from './help/certificate.ts';
import { freePort, freePorts, HOST, listening } from './help/network.ts';
import { run, start, temporaryDirectory, written } from './help/process.ts';

/** A balancer in front of programs at the given ports; gives its own ports in the same order. */
async function balanced(
  t: Test,
  name: BalancerName,
  serverPorts: readonly (readonly number[])[],
): Promise<number[]> {
  const ports = await freePorts(serverPorts.length);
  const sections = serverPorts.map((behind, index) => {
    const servers = behind.map((port, which) => `  server s${which} ${HOST}:${port} check inter 500ms\n`);
    return `listen l${index}\n  bind ${HOST}:${ports[index]}\n  balance roundrobin\n${servers.join('')}`;
  });
  await startBalancer(
    t,
    name,
    `defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
${sections.join('')}`,
  );
  return ports;
}

async function startRedis(t: Test): Promise<number> {
  const port = await freePort();
  const options = [
    '--port',
    `${port}`,
    '--bind',
    HOST,
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    temporaryDirectory(t),
  ];
  const redis = start(t, 'redis-server', options);
  await listening(redis, port);
  return port;
}

await t.test('Redis', async (t) => {
  const redis = await startRedis(t);
  for (const name of balancers()) {
    await t.test(name, async (t) => {
      const [port] = await balanced(t, name, [[redis]]);
      const at = ['-h', HOST, '-p', `${port}`];
      const value = randomBytes(3_000_000);
      const stored = await run('redis-cli', [...at, '-x', 'SET', 'blob'], { input: value });
      t.equal(stored.stdout.trim(), 'OK', 'takes three megabytes');
      const read = await run('redis-cli', [...at, '--raw', 'GET', 'blob']);
      t.ok(read.output.subarray(0, -1).equals(value), 'and gives the same bytes back');
      const bench = await run('redis-benchmark', [
        ...at,
        '-q',
        '-n',
        '4000',
        '-c',
        '50',
        '-t',
        'get,set,lpush',
        '-P',
        '4',
      ]);
      t.match(bench.stdout, /GET: [\d.]+ requests per second/, '50 clients with pipelines are served');
      const subscriber = start(t, 'redis-cli', [...at, 'SUBSCRIBE', 'news']);
      await written(subscriber, /subscribe/);
      await run('redis-cli', [...at, 'PUBLISH', 'news', 'good']);
      await written(subscriber, /message\s+news\s+good/);
      t.pass('a subscriber hears what is published on another connection');
    });
  }
});

/** Version directory of Debian's package, e.g. `/usr/lib/postgresql/15/bin`. */
function postgresPrograms(): string {
  const [version = ''] = readdirSync('/usr/lib/postgresql').toSorted((a, b) => Number(b) - Number(a));
  return `/usr/lib/postgresql/${version}/bin`;
}

/** PostgreSQL refuses to run as root. */
function asPostgres(command: string, args: readonly string[]): [string, string[]] {
  return ['setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', command, ...args]];
}

async function startPostgres(t: Test): Promise<number> {
  const directory = join(temporaryDirectory(t), 'db');
  const programs = postgresPrograms();
  chmodSync(join(directory, '..'), 0o755);
  mkdirSync(directory);
  const owner = await run('id', ['-u', 'postgres']);
  const group = await run('id', ['-g', 'postgres']);
  chownSync(directory, Number(owner.stdout), Number(group.stdout));
  const init = ['-D', directory, '-A', 'trust', '--no-sync', '--no-instructions', '-E', 'UTF8', '--locale=C'];
  await run(...asPostgres(`${programs}/initdb`, init), { cwd: '/tmp' });
  const port = await freePort();
  const settings = ['-c', `listen_addresses=${HOST}`, '-c', 'unix_socket_directories=', '-c', 'fsync=off'];
  const server = start(
    t,
    ...asPostgres(`${programs}/postgres`, ['-D', directory, '-p', `${port}`, ...settings]),
  );
  // A killed postmaster would leave its children behind. Runs before the kill.
  t.teardown(() => server.stop('SIGINT'));
  await written(server, /ready to accept connections/);
  return port;
}

await t.test('PostgreSQL', async (t) => {
  const postgres = await startPostgres(t);
  for (const name of balancers()) {
    await t.test(name, async (t) => {
      const [port] = await balanced(t, name, [[postgres]]);
      const at = ['-h', HOST, '-p', `${port}`, '-U', 'postgres'];
      const query = "select md5(string_agg(i::text, ',')) from generate_series(1, 100000) i";
      const answer = await run('psql', [...at, '-Atc', query]);
      const numbers = Array.from({ length: 100_000 }, (_, index) => index + 1).join(',');
      t.equal(answer.stdout.trim(), createHash('md5').update(numbers).digest('hex'), 'answers');
      const rows = await run('psql', [
        ...at,
        '-Atc',
        'copy (select i from generate_series(1, 300000) i) to stdout',
      ]);
      t.equal(rows.stdout.length, 1_988_895, 'gives a long answer whole');
      await run(`${postgresPrograms()}/pgbench`, [...at, '-i', '-q', '-s', '1', 'postgres']);
      const bench = await run(`${postgresPrograms()}/pgbench`, [
        ...at,
        '-c',
        '8',
        '-t',
        '40',
        '-n',
        'postgres',
      ]);
      t.match(
        bench.stdout,
        /number of transactions actually processed: 320\/320/,
        'all transactions of 8 clients',
      );
      t.match(bench.stdout, /failed transactions: 0/, 'and none failed');
    });
  }
});

/** Publishes and waits until the subscriber of another connection has it. */
async function published(t: Test, port: number, text: string): Promise<void> {
  const at = ['-h', HOST, '-p', `${port}`];
  const subscribe = ['mosquitto_sub', ...at, '-t', 'a/topic', '-C', '1', '-q', '1', '-d'];
  // Line by line, so that it can be seen when it has subscribed.
  const subscriber = start(t, 'stdbuf', ['-oL', ...subscribe]);
  await written(subscriber, /Subscribed/);
  await run('mosquitto_pub', [...at, '-t', 'a/topic', '-q', '1', '-m', text]);
  const { code } = await subscriber.ended;
  t.equal(code, 0, 'the subscriber ends after its message');
  t.match(subscriber.stdout, text, 'and has it');
}

await t.test('Mosquitto', async (t) => {
  const broker = await freePort();
  const file = join(temporaryDirectory(t), 'mosquitto.conf');
  writeFileSync(file, `listener ${broker} ${HOST}\nallow_anonymous true\npersistence false\nuser root\n`);
  await listening(start(t, 'mosquitto', ['-c', file]), broker);
  for (const name of balancers()) {
    await t.test(name, async (t) => {
      const [port = 0] = await balanced(t, name, [[broker]]);
      await published(t, port, `hello through ${name}`);
    });
  }
});

await t.test('OpenSSL: TLS passes through untouched', async (t) => {
  const directory = temporaryDirectory(t);
  const { certFile, keyFile } = await makeCertificate(directory, 'localhost');
  const blob = randomBytes(5_000_000);
  writeFileSync(join(directory, 'blob'), blob);
  const [files = 0, echo = 0] = await freePorts(2);
  const tls = ['-cert', certFile, '-key', keyFile, '-quiet', '-accept'];
  await listening(
    start(t, 'openssl', ['s_server', ...tls, `${HOST}:${files}`, '-WWW'], { cwd: directory }),
    files,
  );
  await listening(start(t, 'openssl', ['s_server', ...tls, `${HOST}:${echo}`, '-rev']), echo);
  for (const name of balancers()) {
    await t.test(name, async (t) => {
      // No checks here: s_server serves one connection after the other.
      const [toFiles = 0, toEcho = 0] = await freePorts(2);
      await startBalancer(
        t,
        name,
        `defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen files
  bind ${HOST}:${toFiles}
  server s1 ${HOST}:${files}
listen echo
  bind ${HOST}:${toEcho}
  server s1 ${HOST}:${echo}
`,
      );
      const client = ['s_client', '-quiet', '-verify_quiet', '-no_ign_eof'];
      const fetched = await run('openssl', ['s_client', '-quiet', '-connect', `${HOST}:${toFiles}`], {
        input: 'GET /blob HTTP/1.0\r\n\r\n',
      });
      const body = fetched.output.subarray(fetched.output.indexOf('\r\n\r\n') + 4);
      t.ok(body.equals(blob), 'a file of five megabytes comes whole, and its end is seen');
      const talk = start(t, 'openssl', [...client, '-connect', `${HOST}:${toEcho}`], { interactive: true });
      talk.child.stdin?.write('abc\n');
      await written(talk, /cba/);
      talk.child.stdin?.end();
      const { code } = await talk.ended;
      t.equal(code, 0, 'the client that ends its input ends well');
    });
  }
});
