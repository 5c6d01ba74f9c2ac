/**
 * The program of the short-lived process that duplicates sockets (`sockets.ts` starts it). The words of its command line are
 * descriptors it has inherited; each goes back over the IPC channel, which makes a new descriptor of it in the thread at the other
 * end.
 *
 * Never listens and never accepts, so no client can come to it. Ends when the other end has everything, or is gone.
 *
 * Not here: anything of a thread; this file is loaded by itself.
 */
import type { Socket } from 'node:net';
import { openDescriptor } from '../frontend/listen-handle.ts';

// The channel alone would not keep the process until the other end has confirmed what it got.
process.channel?.ref();
for (const word of process.argv.slice(2)) {
  const fd = Number(word);
  // Node sends its own handles too, which its types do not know.
  process.send?.(fd, openDescriptor(fd) as unknown as Socket);
}
process.disconnect();
