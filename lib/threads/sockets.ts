/**
 * How threads get their clients: the one file that decides it.
 *
 *     control thread   binds every address once, on a handle that neither listens nor accepts, and keeps it
 *     worker thread    duplicates them all, listens on its duplicates, closes them when it ends; its successor starts anew
 *
 * A duplicate is a descriptor of the worker's own for the same socket: all workers take clients from one queue of the kernel, and
 * one that closes or dies leaves that queue to the others, so no client is lost. (One descriptor shared by its number would be
 * closed for all by the first to end; with SO_REUSEPORT the queue of the one who ends is reset.) Node duplicates a socket only on
 * the way through another process, so the worker starts one for some 35 ms.
 *
 * Not here: which addresses (`../frontend/acceptors.ts`), accepting (`../frontend/acceptor.ts`), when workers start and end.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ListenHandle } from '../frontend/listen-handle.ts';

/**
 * For a worker: a duplicate of each of the control thread's sockets (`Acceptor.fd`), in the order of `fds`. They belong to the caller,
 * who gives each to an `Acceptor` or closes it. Works as well after the process has given up its privileges.
 *
 * Rejects with an Error when the helping process cannot be started or does not bring all of them, e.g. for want of descriptors.
 */
export async function duplicateSockets(fds: readonly number[]): Promise<readonly ListenHandle[]> {
  if (fds.length === 0) return [];
  const inherited = fds.map((_, index) => OWN_DESCRIPTORS.length + index);
  const helper = spawn(NODE, [DUPLICATOR, ...inherited.map(String)], {
    stdio: [...OWN_DESCRIPTORS, ...fds],
    cwd: '/',
    env: helperEnvironment(),
    timeout: HELPER_MS,
    killSignal: 'SIGKILL',
  });
  const found = new Map<number, ListenHandle>();
  helper.on('message', (word, handle) => {
    if (typeof word !== 'number') helper.disconnect();
    else if (handle !== undefined) found.set(word, handle as unknown as ListenHandle);
  });
  // The process may be gone before all that it has sent is read, or the other way round.
  const [[status, signal]] = await Promise.all([once(helper, 'exit'), once(helper, 'disconnect')]);
  if (found.size === fds.length) return inherited.flatMap((fd) => found.get(fd) ?? []);
  for (const handle of found.values()) handle.close();
  throw new Error(
    `the process that duplicates sockets brought ${found.size} of ${fds.length} (its status: ${String(signal ?? status)})`,
  );
}

/** Before the inherited sockets; faults are told on our standard error. */
const OWN_DESCRIPTORS = ['ignore', 'ignore', 'inherit', 'ipc'] as const;

/** As a rule it takes some 35 ms. Node hangs for good in its own start where the system refuses it a thread. */
const HELPER_MS = 30_000;

const DUPLICATOR = fileURLToPath(new URL('./duplicator.js', import.meta.url));

/** This very program, even if its file was replaced, or stands where a user without privileges may not look. */
const NODE = process.platform === 'linux' ? '/proc/self/exe' : process.execPath;

/** Without what would make Node do more than it is asked to (`NODE_OPTIONS`), or take the process for another's helper. */
function helperEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')));
}
