/**
 * Stage of a conformance scenario in mode http: its sections of the configuration, its servers, its clients, and the
 * transcript of everything that was seen: what clients got, what servers got, what the log says.
 *
 *     { title: 'a path chooses the backend', frontend: ['use_backend @b if { path_beg /b }'],
 *       more: ['backend @b', 'server b {b}'], clients: [[get('/b/c'), get('/c')]] }
 *
 * In the lines `@` begins every name of a proxy (so that scenarios share one balancer), `{a}` ... `{f}` are the
 * addresses of servers (who is named is started), `{dead}` refuses, `{hole}` never answers, `{dir}` holds the files.
 * Not here: the scenarios (`../conformance/http/`).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Gate } from '../../help/gate.ts';
import { HttpPeer } from './http-peer.ts';
import { freePort, HOST, SERVER_HOST } from './network.ts';
import { type Origin, type OriginScript, type Received, serveOrigin } from './origin.ts';
import { type Owner, temporaryDirectory } from './process.ts';
import type { RequestLines } from './request-lines.ts';

/** Requests of one client, each sent when the one before is answered; from another address where one is given. */
export type ClientScript =
  | readonly string[]
  | { readonly from: string; readonly requests: readonly string[] };

/** Everything that was seen. */
export interface Transcript {
  /** In order: `1 < HTTP/1.1 200 OK\n...` is what client 1 got. */
  readonly clients: readonly string[];
  /** By server: the requests, with the number of their connection. */
  readonly servers: Readonly<Record<string, readonly string[]>>;
  readonly log: readonly string[];
}

export interface HttpScenario {
  readonly title: string;
  /** Lines of the frontend but `bind` and `default_backend`. */
  readonly frontend?: readonly string[];
  /** Lines of the default backend; without it `server a {a}`. */
  readonly backend?: readonly string[];
  /** Lines of one `listen` section, instead of both. */
  readonly listen?: readonly string[];
  /** Lines of further sections. */
  readonly more?: readonly string[];
  /** Names and texts. */
  readonly files?: Readonly<Record<string, string>>;
  /** What all servers do; without it they give their name. */
  readonly origin?: (stage: HttpStage) => OriginScript;
  readonly clients?: readonly ClientScript[];
  /** Instead of `clients`. */
  readonly act?: (stage: HttpStage) => Promise<void>;
  /** Log lines waited for; without it as many as `clients` got answers. */
  readonly lineCount?: number;
}

const SERVER_NAMES = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

export class HttpStage {
  readonly mark: string;
  readonly #owner: Owner;
  readonly #scenario: HttpScenario;
  readonly #port: number;
  readonly #origins = new Map<string, Origin>();
  readonly #notes: string[] = [];
  readonly #gates = new Map<string, Gate>();
  #clientCount = 0;
  /** The scenario's part of the configuration. */
  text = '';

  private constructor(owner: Owner, scenario: HttpScenario, index: number, port: number) {
    this.#owner = owner;
    this.#scenario = scenario;
    this.#port = port;
    this.mark = `s${index}_`;
  }

  /** Starts the servers of a scenario and writes its part of the configuration. */
  static async set(
    owner: Owner,
    scenario: HttpScenario,
    index: number,
    holePort: number,
  ): Promise<HttpStage> {
    const stage = new HttpStage(owner, scenario, index, await freePort());
    stage.text = await stage.#filled(`${sections(scenario).join('\n')}\n`, holePort);
    return stage;
  }

  async #filled(lines: string, holePort: number): Promise<string> {
    const values = new Map([
      ['bind', `${HOST}:${this.#port}`],
      ['dead', `${HOST}:${await freePort()}`],
      ['hole', `${HOST}:${holePort}`],
      ['dir', this.#files()],
    ]);
    for (const name of SERVER_NAMES) {
      if (!lines.includes(`{${name}}`)) continue;
      const script = this.#scenario.origin?.(this) ?? {};
      const origin = await serveOrigin(this.#owner, name, script);
      this.#origins.set(name, origin);
      values.set(name, `${SERVER_HOST}:${origin.port}`);
    }
    return lines
      .replaceAll('@', this.mark)
      .replaceAll(/\{(\w+)\}/g, (whole, name: string) => values.get(name) ?? whole);
  }

  #files(): string {
    const files = Object.entries(this.#scenario.files ?? {});
    if (files.length === 0) return '';
    const directory = temporaryDirectory(this.#owner);
    for (const [name, text] of files) writeFileSync(join(directory, name), text, 'latin1');
    return directory;
  }

  /** A gate of this stage by name, shared by the scenario and the script of its servers. */
  gate(name: string): Gate {
    const known = this.#gates.get(name) ?? new Gate(name);
    this.#gates.set(name, known);
    return known;
  }

  /** Waits until a server has received so many requests. */
  async received(name: string, count: number): Promise<void> {
    await this.#origins.get(name)?.received.reached(count);
  }

  /** A new client. */
  async client(from?: string): Promise<StageClient> {
    const address = from === undefined ? {} : { localAddress: from };
    const peer = await HttpPeer.connect({ port: this.#port, host: HOST, ...address });
    this.#owner.teardown(() => peer.close());
    this.#clientCount += 1;
    const number = this.#clientCount;
    return new StageClient(peer, (text) => this.note(`${number} < ${text}`));
  }

  /** Takes down something for the transcript. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** Plays the scenario; rejects with what was seen so far if something does not come. */
  async play(lines: RequestLines): Promise<Transcript> {
    try {
      return await this.#play(lines);
    } catch (error) {
      const seen = [
        ...this.#notes,
        ...[...this.#origins.values()].flatMap(({ received }) => received.entries),
      ];
      throw new Error(`${String(error)}, after ${JSON.stringify(seen, null, 1)}`, { cause: error });
    }
  }

  async #play(lines: RequestLines): Promise<Transcript> {
    const { act, clients = [], lineCount } = this.#scenario;
    let answerCount = 0;
    if (act === undefined) for (const client of clients) answerCount += await this.#playClient(client);
    else await act(this);
    const log = await lines.of(this.mark, lineCount ?? answerCount);
    const servers = [...this.#origins].map(([name, { received }]) => [name, this.#shown(received.entries)]);
    return {
      clients: this.#shown(this.#notes),
      servers: Object.fromEntries(servers) as Transcript['servers'],
      log: this.#shown(log),
    };
  }

  /** Gives the number of answers; what is left when the connection is over, or is said to be, is not sent. */
  async #playClient(script: ClientScript): Promise<number> {
    const client = await this.client('from' in script ? script.from : undefined);
    const requests = 'from' in script ? script.requests : script;
    let answerCount = 0;
    for (const request of requests) {
      client.send(request);
      const text = await client.answer();
      if (!text.startsWith('HTTP/')) break;
      answerCount += 1;
      // What is sent into a connection that is being closed can turn its end into a reset.
      if (/^connection: close$/im.test(text)) break;
    }
    client.end();
    await client.over();
    return answerCount;
  }

  /** Bodies that are long are told by their length. */
  #shown(texts: readonly string[]): readonly string[] {
    return texts.map((text) =>
      this.#same(text.replaceAll(/(.)\1{9999,}/gs, (run) => `(${run.length} bytes)`)),
    );
  }

  /** Without what no two runs share. */
  readonly #same = (text: string): string => {
    let same = text.replaceAll(this.mark, '').replaceAll(String(this.#port), 'PORT').replaceAll(HOST, 'HOST');
    for (const [name, { port }] of this.#origins) {
      same = same.replaceAll(`${SERVER_HOST}:${port}`, name.toUpperCase());
    }
    return same.replaceAll(SERVER_HOST, 'SERVER').replaceAll(/^date: .*$/gim, 'date: now');
  };
}

function sections({ listen, frontend = [], backend = ['server a {a}'], more = [] }: HttpScenario): string[] {
  if (listen !== undefined) return ['listen @in', 'bind {bind}', ...listen, ...more];
  const first = ['frontend @in', 'bind {bind}', ...frontend, 'default_backend @be'];
  return [...first, 'backend @be', ...backend, ...more];
}

/** A client whose answers are taken down. */
export class StageClient {
  readonly peer: HttpPeer;
  readonly #note: (text: string) => void;
  #method = '';

  constructor(peer: HttpPeer, note: (text: string) => void) {
    this.peer = peer;
    this.#note = note;
  }

  /** Sends a request, or a part of one. */
  send(text: string): this {
    this.#method = /^[A-Z]+(?= )/.exec(text)?.[0] ?? this.#method;
    this.peer.send(text);
    return this;
  }

  /** The next answer; `method`: of the request it answers, if that is not the one sent last. */
  async answer(method = this.#method): Promise<string> {
    const text = await this.peer.message(method);
    this.#note(text);
    return text;
  }

  /** The next bytes, whatever they are. */
  async bytes(count: number): Promise<void> {
    this.#note(JSON.stringify(await this.peer.bytes(count)));
  }

  end(): this {
    this.peer.end();
    return this;
  }

  reset(): this {
    this.peer.reset();
    return this;
  }

  /** What came after what was taken, and how the connection ended. */
  async over(): Promise<void> {
    const rest = await this.peer.rest();
    this.#note(rest === '' ? this.peer.state : `${JSON.stringify(rest)} ${this.peer.state}`);
  }
}

/** `say('GET / HTTP/1.1', 'Host: x')`: a request's head exactly as given. */
export function say(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A GET with a Host, unless one is among the fields. */
export function get(target: string, ...fields: readonly string[]): string {
  const host = fields.some((field) => /^host:/i.test(field)) ? [] : ['Host: h.example'];
  return say(`GET ${target} HTTP/1.1`, ...host, ...fields);
}

/** A POST whose body has a length. */
export function post(target: string, body: string, ...fields: readonly string[]): string {
  return `${say(`POST ${target} HTTP/1.1`, 'Host: h.example', ...fields, `Content-Length: ${body.length}`)}${body}`;
}

/** `chunked('abc', 'de')`: a body in chunks, with trailers behind a text that begins with `|`. */
export function chunked(...chunks: readonly string[]): string {
  const trailers = chunks.filter((chunk) => chunk.startsWith('|')).map((chunk) => `${chunk.slice(1)}\r\n`);
  const parts = chunks.filter((chunk) => !chunk.startsWith('|'));
  const body = parts.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  return `${body}0\r\n${trailers.join('')}\r\n`;
}

/** A script whose answers are given by a function of the request. */
export function answering(
  answerTo: (received: Received) => string | null | Promise<string | null>,
): () => OriginScript {
  return () => ({ answer: answerTo });
}
