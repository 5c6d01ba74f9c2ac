/**
 * A syslog daemon that keeps nothing, as a program of its own: `node log-sink.js HOST` prints its port, takes datagrams, and
 * says at the end of its input how many lines came.
 *
 * Not here: what is logged.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
let lineCount = 0;
socket.on('message', () => {
  lineCount += 1;
});
socket.bind(0, process.argv[2]);
await once(socket, 'listening');
process.stdout.write(`${socket.address().port}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
process.stdout.write(`${lineCount} lines\n`);
socket.close();
