/**
 * The door to samples: texts of the configuration -> functions over a stream, made once when the proxy is built. The
 * configuration's check has let no faulty text through, so one that comes here stems from a configuration written in code.
 *
 * Texts are Latin-1, as samples are; patterns of conditions are taken as the configuration has them.
 *
 *     engine.condition(['if', 'is_ws'], acls)  ->  (source) => true
 *     engine.format('%[src]:%[src_port]')      ->  (source, record) => '192.0.2.1:40000'
 *
 * Not here: the language (`../config/`), what rules do with samples (`../http/`).
 */
import { type AclTest, parseAcl, parseCondition } from '../config/condition.ts';
import { parseExpression, type SampleSide } from '../config/expression.ts';
import { parseLogFormat } from '../config/log-format.ts';
import type { AclConfig, ConditionWords } from '../config/rules.ts';
import { SluiceError } from '../errors.ts';
import { toBytes, toText } from './casts.ts';
import { createCondition, type Holds } from './conditions.ts';
import { ContentRequests } from './content.ts';
import { createExpression } from './expressions.ts';
import type { FetchContext } from './fetch.ts';
import { createFormat, type Format } from './formats.ts';
import type { Sample, SampleSource, SampleWorld } from './sample.ts';

/** Every method throws ERR_CONFIG for a text with a fault, and for files that cannot be read or have one. */
export class SampleEngine {
  readonly #context: FetchContext;

  constructor(world: SampleWorld) {
    const contents = new ContentRequests();
    this.#context = { world, request: (source) => contents.of(source) };
  }

  /** `side`: the message that `hdr` and `cookie` mean. Null: the stream has no such value. */
  expression(text: string, side: SampleSide = 'request'): (source: SampleSource) => Sample | null {
    const parsed = parseExpression(text, side);
    if (!parsed.ok) throw fault(text, parsed.problem);
    return createExpression(parsed.value, this.#context).take;
  }

  /** The expression's value as text, as it stands in a log or a name; null: there is none. */
  text(text: string, side: SampleSide = 'request'): (source: SampleSource) => string | null {
    const take = this.expression(text, side);
    return (source) => {
      const sample = take(source);
      return sample === null ? null : toText(sample);
    };
  }

  /** The expression's value as the bytes that are hashed of it: `CompileBytes` of a balancer. */
  bytes(text: string): (source: SampleSource) => Uint8Array | null {
    const take = this.expression(text);
    return (source) => {
      const sample = take(source);
      return sample === null ? null : toBytes(sample);
    };
  }

  /** No words: it always holds. `side`: the message that the rule is about. */
  condition(words: ConditionWords, acls: readonly AclConfig[], side: SampleSide = 'request'): Holds {
    if (words === null) return () => true;
    const parsed = parseCondition(words, testsByName(acls, side), side);
    if (!parsed.ok) throw fault(words.join(' '), parsed.problem);
    return createCondition(parsed.value, this.#context, side);
  }

  /** Of rules: blanks stay as they are written. */
  format(text: string, side: SampleSide = 'request'): Format {
    const parsed = parseLogFormat(text, { mode: 'http', side, blanks: 'kept' });
    if (!parsed.ok) throw fault(text, parsed.problem);
    return createFormat(parsed.items, this.#context);
  }
}

function testsByName(acls: readonly AclConfig[], side: SampleSide): ReadonlyMap<string, readonly AclTest[]> {
  const byName = new Map<string, AclTest[]>();
  for (const { name, words } of acls) {
    const parsed = parseAcl(words, side);
    if (!parsed.ok) throw fault(`acl ${name} ${words.join(' ')}`, parsed.problem);
    const tests = byName.get(name) ?? [];
    byName.set(name, tests);
    tests.push(parsed.value);
  }
  return byName;
}

function fault(text: string, problem: string): SluiceError {
  return new SluiceError('ERR_CONFIG', `'${text}': ${problem}`);
}
