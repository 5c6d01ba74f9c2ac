/**
 * A network of its own for a part of a test: only a loopback interface, all ports free, and a private `/etc/hosts`. The
 * part is a test file of its own, run inside.
 *
 * Needs root and iproute2. Not here: what is run inside.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type Owner, run } from './process.ts';

/** Makes the namespace, removed with its owner, and gives the words in front of a command that is to run inside. */
export async function makeNamespace(owner: Owner, name: string, hosts: string): Promise<readonly string[]> {
  // `ip netns exec` lays what stands here over /etc for the command alone.
  const etc = `/etc/netns/${name}`;
  mkdirSync(etc, { recursive: true });
  owner.teardown(() => rmSync(etc, { recursive: true, force: true }));
  writeFileSync(`${etc}/hosts`, hosts);
  await run('ip', ['netns', 'add', name]);
  owner.teardown(() => run('ip', ['netns', 'delete', name]));
  await run('ip', ['netns', 'exec', name, 'ip', 'link', 'set', 'lo', 'up']);
  return ['ip', 'netns', 'exec', name];
}
