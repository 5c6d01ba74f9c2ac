/**
 * One end of an HTTP/1 connection in a test: sends raw text, reads messages, and shows them as text in which everything
 * that a balancer may change is visible: names as they came, their order, the framing, the body.
 *
 * As lenient as it can be: it has to show what came, not to judge it. Not here: scripts of servers (`origin.ts`), what is
 * compared (`http-stage.ts`).
 */
import { once } from 'node:events';
import * as net from 'node:net';
import { within } from '../../help/gate.ts';

/** How the connection is; `open` until the other side ends or resets it. */
export type HttpPeerState = 'open' | 'ended' | 'reset';

/** How long the body is: `end`: until the connection ends; a number: so many bytes. */
type Framing = 'none' | 'chunked' | 'end' | number;

/** A message's first lines. */
export interface Head {
  /** `GET / HTTP/1.1`, `HTTP/1.1 200 OK`. */
  readonly start: string;
  /** `host: a.example`, as they came. */
  readonly fields: readonly string[];
}

export class HttpPeer {
  readonly socket: net.Socket;
  #text = '';
  #state: HttpPeerState = 'open';
  #changed: (() => void)[] = [];

  /** Wraps a socket that is connected and has `allowHalfOpen`. */
  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#text += text;
      this.#tell();
    });
    socket.on('end', () => this.#become('ended'));
    socket.on('error', () => this.#become('reset'));
    socket.on('close', () => this.#become('ended'));
  }

  static async connect(options: net.TcpNetConnectOpts): Promise<HttpPeer> {
    const socket = net.connect({ noDelay: true, ...options, allowHalfOpen: true });
    await within(once(socket, 'connect'), () => `a connection to ${options.port}`);
    return new HttpPeer(socket);
  }

  get state(): HttpPeerState {
    return this.#state;
  }

  send(text: string): this {
    if (this.socket.writable) this.socket.write(text, 'latin1');
    return this;
  }

  /** FIN behind what was sent. */
  end(text = ''): this {
    if (this.socket.writable) this.socket.end(text, 'latin1');
    return this;
  }

  /** RST. */
  reset(): this {
    if (!this.socket.destroyed) this.socket.resetAndDestroy();
    return this;
  }

  close(): void {
    this.socket.destroy();
  }

  /** The next message's head, without its body; null if the connection is over before it is complete. */
  async head(): Promise<Head | null> {
    const text = await this.#through('\r\n\r\n', 'the head of a message');
    if (text === null) return null;
    const [start = '', ...fields] = text.slice(0, -4).split('\r\n');
    return { start, fields };
  }

  /** The body that belongs to `head`, with its framing in front: `[length] abc`, `[chunked] abc | trailer: 1`. */
  async body(head: Head, method: string): Promise<string> {
    const framing = framingOf(head, method);
    if (framing === 'none') return '';
    if (framing === 'end') return `[until the end] ${await this.rest()}`;
    if (framing === 'chunked') return `[chunked] ${await this.#chunks()}`;
    await this.#until(
      () => this.#text.length >= framing || this.#state !== 'open',
      `${framing} bytes of body`,
    );
    const missing = framing - this.#text.length;
    return `[length] ${this.take(framing)}${missing > 0 ? ` (${missing} missing)` : ''}`;
  }

  /** Head and body as one text, its lines parted by line feeds; the state if the connection is over before. */
  async message(method: string): Promise<string> {
    const head = await this.head();
    if (head === null) return this.#text === '' ? this.#state : `${this.take()} (${this.#state})`;
    const body = await this.body(head, method);
    return [head.start, ...head.fields, body].filter((line) => line !== '').join('\n');
  }

  /** All bytes until the connection is over. */
  async rest(): Promise<string> {
    await this.over();
    return this.take();
  }

  /** Waits until exactly this many more bytes are there, and takes them. */
  async bytes(count: number): Promise<string> {
    await this.#until(() => this.#text.length >= count || this.#state !== 'open', `${count} bytes`);
    return this.take(count);
  }

  /** Takes what has come. */
  take(count = this.#text.length): string {
    const taken = this.#text.slice(0, count);
    this.#text = this.#text.slice(count);
    return taken;
  }

  /** Waits until the other side has ended. */
  async over(): Promise<HttpPeerState> {
    await this.#until(() => this.#state !== 'open', 'the end of a connection');
    return this.#state;
  }

  async #chunks(): Promise<string> {
    let body = '';
    for (;;) {
      const line = await this.#through('\r\n', 'the size of a chunk');
      if (line === null) return `${body}${this.take()} (cut)`;
      const count = Number.parseInt(line, 16);
      if (!(count > 0)) break;
      const chunk = await this.bytes(count + 2);
      body += chunk.slice(0, -2);
    }
    for (;;) {
      const trailer = await this.#through('\r\n', 'a trailer');
      if (trailer === null) return `${body} (no end)`;
      if (trailer === '\r\n') return body;
      body += ` | ${trailer.slice(0, -2)}`;
    }
  }

  /** Text up to and with the mark; null if the connection is over without it. */
  async #through(mark: string, what: string): Promise<string | null> {
    await this.#until(() => this.#text.includes(mark) || this.#state !== 'open', what);
    const at = this.#text.indexOf(mark);
    return at < 0 ? null : this.take(at + mark.length);
  }

  #become(state: HttpPeerState): void {
    if (this.#state === 'open' || state === 'reset') this.#state = state;
    this.#tell();
  }

  #tell(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const look of waiting) look();
  }

  async #until(satisfied: () => boolean, what: string): Promise<void> {
    const watched = async (): Promise<void> => {
      while (!satisfied()) await new Promise<void>((resolve) => this.#changed.push(resolve));
    };
    await within(watched(), () => `${what}, got ${JSON.stringify(this.#text.slice(0, 300))}`);
  }
}

/** Values of a field, by its lower-case name. */
export function valuesOf({ fields }: Head, name: string): readonly string[] {
  return fields.flatMap((line) => {
    const colon = line.indexOf(':');
    return line.slice(0, colon).toLowerCase() === name ? [line.slice(colon + 1).trim()] : [];
  });
}

/** `method`: of the request, be this message it or the answer to it. */
function framingOf(head: Head, method: string): Framing {
  const isAnswer = head.start.startsWith('HTTP/');
  const status = isAnswer ? Number(head.start.split(' ')[1]) : 0;
  if (isAnswer && (method === 'HEAD' || status < 200 || status === 204 || status === 304)) {
    return 'none';
  }
  if (isAnswer && method === 'CONNECT' && status < 300) return 'none';
  if (valuesOf(head, 'transfer-encoding').some((value) => /chunked/i.test(value))) return 'chunked';
  const [length] = valuesOf(head, 'content-length');
  if (length !== undefined) return Number(length);
  return isAnswer ? 'end' : 'none';
}
