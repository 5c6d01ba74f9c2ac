/** A server that has said all it has to say still hears the rest; one that speaks first is heard. */
import t from 'tap';
import { balance, server } from '../help/balancer.ts';

void t.test('the client goes on after the FIN of the server', async (t) => {
  const a = await server(t);
  const { connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  const client = await connect();
  const backend = await a.next();
  backend.end('greeting');
  await client.expect('greeting');
  await client.expectEnd();
  client.send('more, ');
  await backend.expect('more, ');
  client.end('and the end');
  await backend.expect('and the end');
  await backend.expectEnd();
  t.match(await nextClose(), { ending: { reason: 'normal' }, bytesIn: 17, bytesOut: 8 });
  await end();
});

void t.test('a server speaks before its client does', async (t) => {
  const a = await server(t, { service: (peer) => peer.send('220 ready\r\n') });
  const { connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  const client = await connect();
  await client.expect('220 ready\r\n');
  client.end('QUIT');
  const backend = await a.next();
  await backend.expect('QUIT');
  backend.end();
  const record = await nextClose();
  t.match(record, { ending: { reason: 'normal' } });
  t.ok(record.firstByteMs >= 0 && record.firstByteMs <= record.totalMs);
  await end();
});
