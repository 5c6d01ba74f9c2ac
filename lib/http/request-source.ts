/**
 * A request as samples see it: what rules, balancing and log formats may ask about.
 *
 * Not here: taking samples (`../sample/`), what is done with the request (`request-stream.ts`).
 */
import type { MessageCaptures, SampleSource, VariableStore } from '../sample/sample.ts';
import type { StreamVariables } from '../sample/variables.ts';
import type { TlsView } from '../tls/view.ts';
import type { ClientConnection } from './client-connection.ts';
import type { RequestHead, ResponseHead } from '../message/message.ts';

export class RequestSource implements SampleSource {
  readonly id: number;
  readonly content = null;
  #variables: StreamVariables | null = null;
  request: RequestHead | null = null;
  response: ResponseHead | null = null;
  /** What the account notes; given right after this is made, since the account knows its source. */
  captures: MessageCaptures | null = null;
  backendName: string | null = null;
  serverName: string | null = null;
  readonly #client: ClientConnection;

  constructor(id: number, client: ClientConnection) {
    this.id = id;
    this.#client = client;
  }

  /** An answer has come: variables of the request alone are gone. */
  answered(response: ResponseHead): void {
    this.response = response;
    this.#variables?.requestEnded();
  }

  /** Made when first asked for: most requests keep none. */
  get variables(): VariableStore {
    this.#variables ??= this.#client.route.variablesOf(this.#client.variables);
    return this.#variables;
  }

  /** For the choice of a server. */
  get sample(): SampleSource {
    return this;
  }
  get sourceAddress(): string {
    return this.#client.peers.remote.address;
  }
  get sourcePort(): number {
    return this.#client.peers.remote.port;
  }
  get destinationAddress(): string {
    return this.#client.peers.local.address;
  }
  get destinationPort(): number {
    return this.#client.peers.local.port;
  }
  get frontendName(): string {
    return this.#client.route.frontendName;
  }
  get listenerName(): string {
    return this.#client.door.listenerName;
  }
  get listenerId(): number {
    return this.#client.door.listenerId;
  }
  get tls(): TlsView | null {
    return this.#client.connection.tls;
  }
}
