/**
 * What the scripted servers of the system tests do on their own.
 *
 * Not here: servers of a test's own script, real programs.
 */
import type { PeerService } from '../../help/peer.ts';

/** Says `name` at once, stays as long as the client stays, and ends when it ends. */
export function saysNameAndStays(name: string): PeerService {
  return (peer) => {
    peer.send(name);
    peer.socket.once('end', () => peer.end());
  };
}
