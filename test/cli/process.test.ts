/** The command as operators run it: one process per case, so only what needs a process stands here. */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import net from 'node:net';
import t from 'tap';
import type { Test } from 'tap';
import { Peer, PeerServer, echo, unusedPort } from '../help/peer.ts';
import { Command, eventually } from './command.ts';

interface Setting {
  readonly file: string;
  readonly port: number;
  readonly server: PeerServer;
}

/** An echo server and a configuration file that leads to it; `global` are lines of that section. */
async function setting(t: Test, global = ''): Promise<Setting> {
  const server = await PeerServer.listen({ service: echo });
  t.teardown(() => server.close());
  const port = await unusedPort();
  const file = join(t.testdir({ 'sluice.cfg': configuration(port, server.port, global) }), 'sluice.cfg');
  return { file, port, server };
}

function configuration(port: number, serverPort: number, global: string): string {
  return `global
${global}
listen l
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  bind 127.0.0.1:${port}
  server s 127.0.0.1:${serverPort}
`;
}

async function started(
  t: Test,
  words: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<Command> {
  const command = Command.start(['-V', ...words], nodeOptions);
  t.teardown(() => command.kill());
  await command.said(/listens on/);
  return command;
}

/** A client through the balancer that has got its echo. */
async function connected(t: Test, port: number): Promise<Peer> {
  const client = await Peer.connect(port);
  t.teardown(() => client.close());
  client.send('hello');
  await client.expect('hello');
  return client;
}

async function refused(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('error', () => resolve(true));
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
}

void t.test('SIGTERM: no new clients, the session goes on, exit 0 when it ends', async (t) => {
  const { file, port } = await setting(t);
  const command = await started(t, ['-f', file]);
  const client = await connected(t, port);
  command.signal('SIGTERM');
  await untilRefused(port);
  client.send(' again');
  await client.expect(' again');
  client.end();
  t.equal(await command.ended(), 0);
});

/** The signal arrives when it arrives; once refused, it stays so. */
async function untilRefused(port: number): Promise<void> {
  await eventually(() => refused(port), 'clients to be refused');
}

void t.test('hard-stop-after cuts what is left, and that is still an orderly end', async (t) => {
  const { file, port } = await setting(t, '  hard-stop-after 50ms');
  const command = await started(t, ['-f', file]);
  const client = await connected(t, port);
  command.signal('SIGTERM');
  await client.over();
  t.equal(await command.ended(), 0);
});

void t.test('a second signal ends it at once', async (t) => {
  const { file, port } = await setting(t);
  const command = await started(t, ['-f', file]);
  const client = await connected(t, port);
  command.signal('SIGTERM');
  await untilRefused(port);
  command.signal('SIGINT');
  await client.over();
  t.equal(await command.ended(), 130);
});

void t.test('SIGUSR1 drains and opens no debugger', async (t) => {
  const { file, port } = await setting(t);
  const debugPort = await unusedPort();
  const command = await started(t, ['-f', file], [`--inspect-port=${debugPort}`]);
  const client = await connected(t, port);
  command.signal('SIGUSR1');
  await untilRefused(port);
  t.ok(await refused(debugPort), 'no debugger listens');
  client.end();
  t.equal(await command.ended(), 0);
  t.notMatch(command.err, /Debugger/);
});

void t.test('a SIGUSR1 while Node itself starts leaves no debugger open, and is a soft stop', async (t) => {
  const { file, port } = await setting(t);
  const script = `process.kill(process.pid, 'SIGUSR1');
    while (require('node:inspector').url() === undefined);`;
  const preload = join(dirname(file), 'preload.cjs');
  writeFileSync(preload, script);
  const debugPort = await unusedPort();
  const nodeOptions = [`--inspect-port=${debugPort}`, '--require', preload];
  const command = Command.start(['-V', '-f', file], nodeOptions);
  t.teardown(() => command.kill());
  t.equal(await command.ended(), 0);
  t.match(command.err, /Debugger listening on/, 'it was open');
  t.match(command.err, /listens on/, 'it served until then');
  t.ok(await refused(debugPort));
  t.ok(await refused(port));
});

void t.test('a configuration that takes long to read can be interrupted', async (t) => {
  const { file } = await setting(t);
  const pipe = join(dirname(file), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const command = Command.start(['-c', '-f', pipe]);
  t.teardown(() => command.kill());
  // This succeeds as soon as the command has the pipe open; then it waits in a read that blocks its whole process.
  let writer: number | null = null;
  await eventually(async () => (writer = openPipe(pipe)) !== null, 'the pipe to be read');
  t.teardown(() => writer !== null && closeSync(writer));
  command.signal('SIGTERM');
  t.equal(await command.ended(), 'SIGTERM');
});

/** The writing end; null while nobody reads. */
function openPipe(path: string): number | null {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
}

void t.test('SIGHUP shows the states of the servers, and the rest is said to have no effect', async (t) => {
  const { file } = await setting(t);
  const command = await started(t, ['-f', file]);
  command.signal('SIGHUP');
  await command.said(/^\[WARNING\] +\([0-9]+\) : SIGHUP received, dumping servers states\.$/);
  await command.said(/^\[WARNING\] .* : SIGHUP: Server l\/s is UP\. Conn: 0 act, 0 pend, 0 tot\.$/);
  await command.said(/ : SIGHUP: Proxy l has 1 active servers and 0 backup servers available\. Conn: /);
  command.signal('SIGUSR2');
  await command.said(/SIGUSR2: reloading is not available/);
  command.signal('SIGINT');
  t.equal(await command.ended(), 0);
});

void t.test('-d shows states as HAProxy prints them', async (t) => {
  const port = await unusedPort();
  const words = ['--listen', '127.0.0.1:0', '--server', `127.0.0.1:${port},check,inter=100,fall=1`, '-d'];
  const command = Command.start(words);
  t.teardown(() => command.kill());
  await command.said(/^\[WARNING\] +\([0-9]+\) : Server main\/s1 is DOWN, reason: Layer4 connection problem/);
  await command.said(/^\[ALERT\] +\([0-9]+\) : proxy main has no server available!$/);
  command.signal('SIGINT');
  t.equal(await command.ended(), 0);
});

void t.test('goes on serving when nobody reads its words any more', async (t) => {
  const { file, port } = await setting(t);
  const command = await started(t, ['-f', file, '-d']);
  command.child.stderr?.destroy();
  const first = await connected(t, port);
  first.end();
  command.signal('SIGHUP');
  const second = await connected(t, port);
  second.end();
  command.signal('SIGTERM');
  t.equal(await command.ended(), 0);
});

void t.test('from a file it says nothing, and ends when idle', async (t) => {
  const { file, port } = await setting(t);
  const command = Command.start(['-f', file]);
  t.teardown(() => command.kill());
  await eventually(async () => !(await refused(port)), 'the port to open');
  command.signal('SIGINT');
  t.equal(await command.ended(), 0);
  t.same([command.out, command.err], ['', '']);
});

void t.test('an address in use is one sentence and its own exit code', async (t) => {
  const { server } = await setting(t);
  const words = ['--listen', `127.0.0.1:${server.port}`, '--server', '127.0.0.1:1'];
  const command = Command.start(words);
  t.equal(await command.ended(), 3);
  t.match(command.err, new RegExp(`^\\[ALERT\\] .*127\\.0\\.0\\.1:${server.port}.*\\n$`));
});

void t.test('too few descriptors for maxconn name the number to set', async (t) => {
  const { file } = await setting(t);
  const command = Command.startLimited(128, ['-n', '100', '-f', file]);
  t.equal(await command.ended(), 5);
  t.match(
    command.err,
    /^\[ALERT\] .*maxconn 100 needs [0-9]+ open descriptors, .* is 128: set it to at least [0-9]+.*\n$/,
  );
});

void t.test('-D leaves once everything is bound, -p holds the number of the one that serves', async (t) => {
  const { file, port } = await setting(t);
  const pidfile = join(dirname(file), 'sluice.pid');
  const parent = Command.start(['-D', '-p', pidfile, '-f', file]);
  t.equal(await parent.ended(), 0);
  const pid = Number(readFileSync(pidfile, 'utf8'));
  t.teardown(() => killed(pid));
  t.not(pid, parent.child.pid);
  const client = await connected(t, port);
  process.kill(pid, 'SIGUSR1');
  await untilRefused(port);
  client.end();
  await eventually(async () => !existsSync(pidfile), 'the pidfile to be removed');
});

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return;
  }
}

void t.test('-D reads the configuration once: a pipe will do', async (t) => {
  const { file, port } = await setting(t);
  const pipe = join(dirname(file), 'pipe');
  const pidfile = join(dirname(file), 'sluice.pid');
  execFileSync('mkfifo', [pipe]);
  const parent = Command.start(['-D', '-p', pidfile, '-f', pipe]);
  let writer: number | null = null;
  await eventually(async () => (writer = openPipe(pipe)) !== null, 'the pipe to be read');
  if (writer === null) return;
  writeSync(writer, readFileSync(file));
  closeSync(writer);
  t.equal(await parent.ended(), 0);
  const pid = Number(readFileSync(pidfile, 'utf8'));
  t.teardown(() => killed(pid));
  await connected(t, port);
});

void t.test('-D that cannot bind says so and exits as a start in the foreground', async (t) => {
  const { file, port } = await setting(t);
  const squatter = await PeerServer.listen({ port });
  t.teardown(() => squatter.close());
  const parent = Command.start(['-D', '-f', file]);
  t.equal(await parent.ended(), 3);
  t.match(parent.err, new RegExp(`127\\.0\\.0\\.1:${port}`));
});

void t.test('user and group are given up after binding', async (t) => {
  if (process.getuid?.() !== 0) {
    t.comment('only root can give up root: this case has nothing to test here');
    return;
  }
  const { file, port } = await setting(t, '  user nobody');
  const pidfile = join(dirname(file), 'sluice.pid');
  const command = await started(t, ['-f', file, '-p', pidfile]);
  await connected(t, port);
  const status = readFileSync(`/proc/${command.child.pid ?? 0}/status`, 'utf8');
  const uid = Number(/^Uid:\s+([0-9]+)/m.exec(status)?.[1]);
  t.not(uid, 0);
  t.match(
    status,
    new RegExp(`^Uid:\\s+${uid}\\s+${uid}\\s+${uid}\\s+${uid}$`, 'm'),
    'real, effective, saved',
  );
  const gid = Number(/^Gid:\s+([0-9]+)/m.exec(status)?.[1]);
  t.not(gid, 0);
  t.match(status, new RegExp(`^Groups:\\s+${gid}\\s*$`, 'm'), 'no group of root is left');
  t.equal(readFileSync(pidfile, 'utf8'), `${command.child.pid ?? 0}\n`);
  // The client's session keeps it until the second one.
  command.signal('SIGTERM');
  await untilRefused(port);
  command.signal('SIGTERM');
  t.equal(await command.ended(), 143);
  t.equal(readFileSync(pidfile, 'utf8'), '', "it may not remove a file in root's folder, so it empties it");
});
