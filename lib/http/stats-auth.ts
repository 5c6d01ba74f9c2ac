/**
 * `stats auth`, `stats realm` (manual 4.2): who may see the page of statistics (HTTP Basic, RFC 7617).
 *
 * Not here: the page itself, which requests are for it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { StatsConfig } from '../config/rules.ts';
import { configBytes, valueText } from '../message/byte-text.ts';
import type { ErrorPages } from './error-pages.ts';
import type { LocalReply } from './local-reply.ts';
import type { RequestHead } from '../message/message.ts';

export class StatsAuth {
  /** SHA-256 of `user:password`: all of one length, so that comparing tells nothing of theirs. */
  readonly #digests: readonly Buffer[];
  readonly #challenge: string;

  constructor({ auth, realm }: Pick<StatsConfig, 'auth' | 'realm'>) {
    this.#digests = auth.map((pair) => digest(Buffer.from(pair, 'utf8')));
    const quoted = configBytes(realm).replace(/["\\]/g, String.raw`\$&`);
    this.#challenge = valueText(`Basic realm="${quoted}"`);
  }

  /** True for everybody where no `stats auth` is given. */
  admits(head: RequestHead): boolean {
    if (this.#digests.length === 0) return true;
    const given = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(head.headers.get('authorization') ?? '');
    const shown = digest(Buffer.from(given?.[1] ?? '', 'base64'));
    let admitted = false;
    // All are compared, whichever it was.
    for (const one of this.#digests) admitted = timingSafeEqual(one, shown) || admitted;
    return admitted && given !== null;
  }

  /** The page of 401 with the question for a name; the connection ends with it, as with HAProxy's. */
  challenge(pages: Pick<ErrorPages, 'of'>): LocalReply {
    const reply = pages.of(401);
    reply.head?.headers.add('www-authenticate', this.#challenge);
    return { ...reply, close: true };
  }
}

function digest(pair: Buffer): Buffer {
  return createHash('sha256').update(pair).digest();
}
