/**
 * A stream of mode tcp as samples see it.
 *
 * Not here: taking samples (`../sample/`).
 */
import type { SampleSource, VariableStore } from '../sample/sample.ts';
import type { TlsView } from '../tls/view.ts';
import type { Connection } from '../transport/transport.ts';
import type { Door } from './door.ts';

/** What a stream tells of itself. */
export interface SampledStream {
  readonly id: number;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
  readonly frontendName: string;
  readonly backendName: string | null;
  readonly serverName: string | null;
}

export class StreamSource implements SampleSource {
  readonly request = null;
  readonly response = null;
  readonly captures = null;
  readonly variables: VariableStore;
  readonly #stream: SampledStream;
  readonly #client: Connection;
  readonly #door: Door;

  constructor(stream: SampledStream, client: Connection, door: Door, variables: VariableStore) {
    this.#stream = stream;
    this.#client = client;
    this.#door = door;
    this.variables = variables;
  }

  get id(): number {
    return this.#stream.id;
  }
  get sourceAddress(): string {
    return this.#stream.sourceAddress;
  }
  get sourcePort(): number {
    return this.#stream.sourcePort;
  }
  get destinationAddress(): string {
    return this.#stream.destinationAddress;
  }
  get destinationPort(): number {
    return this.#stream.destinationPort;
  }
  get frontendName(): string {
    return this.#stream.frontendName;
  }
  get backendName(): string | null {
    return this.#stream.backendName;
  }
  get serverName(): string | null {
    return this.#stream.serverName;
  }
  get listenerName(): string {
    return this.#door.listenerName;
  }
  get listenerId(): number {
    return this.#door.listenerId;
  }
  get tls(): TlsView | null {
    return this.#client.tls;
  }
  get content(): Uint8Array | null {
    return this.#client.peek();
  }
}
