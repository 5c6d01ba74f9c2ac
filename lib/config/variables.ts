/**
 * The environment variables seen while a configuration is read: a copy that `setenv`, `presetenv`, `resetenv`
 * and `unsetenv` change for the lines that follow (manual 2.3, 3.1), with HAProxy's predefined ones on top.
 *
 * Not here: how `$NAME` is found in text and the pseudo variables `.FILE`, `.LINE` and `.SECTION`, which
 * depend on the line (`words.ts`). Nothing here reads or changes `process.env`.
 */
import { TCPLOG_FORMAT } from './log-format.ts';

import { LANGUAGE_LEVEL } from './conditions.ts';

/** Set before the first line is read, whatever the environment holds (manual 2.3). */
const predefined: Readonly<Record<string, string>> = {
  HAPROXY_BRANCH: LANGUAGE_LEVEL,
  HAPROXY_STARTUP_VERSION: `${LANGUAGE_LEVEL}.0`,
  HAPROXY_TCP_LOG_FMT: TCPLOG_FORMAT,
  HAPROXY_HTTP_LOG_FMT:
    '%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r',
};

/** Variables by name; names and values are any text. */
export class Variables {
  readonly #values: Map<string, string>;

  /** Copies `environment` (for example `process.env`); names whose value is undefined are not set. */
  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#values = new Map();
    for (const [name, value] of Object.entries({ ...environment, ...predefined })) {
      if (value !== undefined) this.#values.set(name, value);
    }
  }

  /** The value, or undefined when the variable is not set; an empty value is a value. */
  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** `setenv` */
  set(name: string, value: string): void {
    this.#values.set(name, value);
  }

  /** `presetenv`: keeps the value of a variable that is set already, even an empty one. */
  setIfUnset(name: string, value: string): void {
    if (!this.#values.has(name)) this.#values.set(name, value);
  }

  /** `unsetenv` */
  unset(name: string): void {
    this.#values.delete(name);
  }

  /** `resetenv`: forgets every variable that is not named. */
  unsetAllExcept(names: readonly string[]): void {
    const kept = new Set(names);
    for (const name of this.names()) {
      if (!kept.has(name)) this.#values.delete(name);
    }
  }

  /** The names that are set, in the order in which they came. */
  names(): readonly string[] {
    return [...this.#values.keys()];
  }
}
