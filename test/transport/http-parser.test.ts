/** Node's HTTP parser as it is loaded: what it tells of a head, and that it tolerates nothing. */
import t from 'tap';
import { loadHttpParser } from '../../lib/transport/node-internals.ts';

interface Parsed {
  readonly lines: readonly string[];
  /** Bytes read, or llhttp's word for what is wrong. */
  readonly outcome: number | string;
}

function parse(text: string): Parsed {
  const binding = loadHttpParser();
  if (typeof binding === 'string') throw new Error(binding);
  const { HTTPParser } = binding;
  const parser = new HTTPParser();
  const lines: string[] = [];
  parser.initialize(HTTPParser.REQUEST, {}, 0, 0);
  parser[HTTPParser.kOnHeaders] = (some: string[]) => {
    lines.push(...some);
  };
  parser[HTTPParser.kOnHeadersComplete] = (_major, _minor, some: string[] | undefined) => {
    lines.push(...(some ?? []));
    return 1;
  };
  const read = parser.execute(Buffer.from(text, 'latin1'));
  return { lines, outcome: typeof read === 'number' ? read : read.code };
}

void t.test('the Node at hand has it', (t) => {
  t.not(typeof loadHttpParser(), 'string');
  t.end();
});

void t.test('tells all lines of a head, in their order, in one go or in parts', (t) => {
  for (const count of [0, 1, 31, 32, 33, 64, 65, 100]) {
    const pairs = Array.from({ length: count }, (_, index) => [`X-${index}`, `v ${index}`]);
    const text = `GET / HTTP/1.1\r\n${pairs.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
    t.same(parse(text), { lines: pairs.flat(), outcome: text.length }, `${count} lines`);
  }
  t.end();
});

void t.test('refuses with a word', (t) => {
  const word = (line: string): number | string => parse(`GET / HTTP/1.1\r\n${line}\r\n\r\n`).outcome;
  t.equal(word('A B: 1'), 'HPE_INVALID_HEADER_TOKEN');
  t.equal(word('A: 1\0'), 'HPE_INVALID_HEADER_TOKEN');
  t.equal(word('Content-Length: x'), 'HPE_INVALID_CONTENT_LENGTH');
  t.end();
});

void t.test('is not taken from a Node that nobody has tried', (t) => {
  const { node } = process.versions;
  const pretend = (version: string): void => {
    Object.defineProperty(process.versions, 'node', { value: version, configurable: true });
  };
  t.teardown(() => pretend(node));
  pretend('99.0.0');
  t.equal(loadHttpParser(), 'Node 99.0.0 has not been tried with it');
  t.end();
});
