/**
 * The program of the short-lived process that duplicates sockets (`sockets.ts` starts it). The words of its command line are
 * descriptors it has inherited; each goes back over the IPC channel, which makes a new descriptor of it in the thread at the other
 * end; a word of text comes last.
 *
 * Never listens and never accepts, so no client can come to it. Ends when the other end closes the channel, or is gone.
 *
 * Not here: anything of a thread; this file is loaded by itself.
 */
import type { Socket } from 'node:net';
import { openDescriptor } from '../frontend/listen-handle.ts';

/** Without it a fault of the channel would be thrown; it means that nobody waits any more, and the channel's end ends the process. */
const nobodyWaits = (): void => {};

// The channel alone would not keep the process.
process.channel?.ref();
for (const word of process.argv.slice(2)) {
  const fd = Number(word);
  // Node sends its own handles too, which its types do not know.
  process.send?.(fd, openDescriptor(fd) as unknown as Socket, {}, nobodyWaits);
}
process.send?.('all sent', undefined, {}, nobodyWaits);
