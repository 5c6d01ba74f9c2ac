/**
 * Telling systemd that the start is complete (`-Ws`, as in HAProxy's own service file with `Type=notify`).
 *
 * Node has no unix datagram sockets, so systemd's own program carries the message. It can speak for us only while we
 * are root, so this comes before privileges are dropped.
 *
 * Not here: the service file (`deploy/`).
 */
import { execFileSync } from 'node:child_process';
import { reasonOf } from './reasons.ts';

/**
 * Sends `READY=1` if systemd waits for it. Answers null, or one sentence on why it could not; systemd would then
 * end the service after its own time.
 */
export function notifyReady(environment: NodeJS.ProcessEnv): string | null {
  if (environment.NOTIFY_SOCKET === undefined) return null;
  try {
    execFileSync('systemd-notify', ['--ready'], { env: environment, stdio: 'ignore', timeout: 5000 });
    return null;
  } catch (error) {
    return `systemd could not be told that the start is complete: systemd-notify: ${reasonOf(error)}`;
  }
}
