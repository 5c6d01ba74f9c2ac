/** The engine against generated input: no stream makes it throw, and big sets of patterns match as plain comparisons do. */
import fc from 'fast-check';
import t from 'tap';
import { FETCHES } from '../../lib/config/fetch-table.ts';
import { readContent } from '../../lib/sample/content.ts';
import { engineOver, holds, sourceOf } from '../sample/stand-ins.ts';

const LIMITS = { numRuns: 300, interruptAfterTimeLimit: 2000 };

const latin1 = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const tricky = fc.string({ unit: fc.constantFrom(...Array.from('ab,;="\\ \t/?&:%.[]@-19')), maxLength: 40 });
const value = fc.oneof(latin1, tricky);

const source = fc
  .record({ target: value, header: value, cookie: value, address: fc.oneof(fc.ipV4(), fc.ipV6(), value) })
  .map(({ target, header, cookie, address }) =>
    sourceOf({
      request: { target, headers: ['x', header, 'cookie', cookie, 'host', header] },
      response: { headers: ['x', header, 'set-cookie', cookie] },
      sourceAddress: address,
    }),
  );

void t.test('no stream makes a fetch throw', async (t) => {
  const engine = engineOver();
  const named = (name: string, argument: string) =>
    `${name}${/hdr|cook|param|urlp/.test(name) && !/names/.test(name) ? argument : ''}`;
  const expressions = FETCHES.filter(({ args }) =>
    args.every(({ otherwise }) => otherwise !== undefined),
  ).map(({ name }) => engine.text(named(name, /cook/.test(name) ? '(a)' : '(x)')));
  const chains = [
    'hdr(x),field(2,:),word(-1,b,0)',
    'hdr(x),url_dec,url_enc',
    'hdr(x),b64dec,hex',
    'hdr(x),add(1),mul(1000000),div(7),cpl,utime(%F %T)',
    'hdr(x),and(255),http_date(0,us)',
    'hdr_ip(x),ipmask(20,40)',
    "url,regsub('a(.)',\\1\\0,g),crc32(1)",
    'path,bytes(3,2),base64,sdbm',
  ].map((expression) => engine.text(expression));
  fc.assert(
    fc.property(source, (one) => {
      for (const take of [...expressions, ...chains]) take(one);
    }),
    LIMITS,
  );
  t.pass();
});

void t.test('no bytes make the look at raw content throw, and half a head is no request', async (t) => {
  const content = fc.oneof(
    latin1,
    value.map((header) => `GET /${header} HTTP/1.1\r\nX: ${header}\r\n\r\n`),
  );
  fc.assert(
    fc.property(content, fc.nat(), (text, cut) => {
      const whole = readContent(Buffer.from(text, 'latin1'));
      const end = text.search(/\n\r?\n/);
      if (whole !== null && end >= 0) {
        const part = text.slice(0, cut % (end + 1));
        if (readContent(Buffer.from(part, 'latin1')) !== null)
          throw new Error('a request before its empty line');
      }
    }),
    LIMITS,
  );
  t.pass();
});

void t.test('the elements of a header, joined, are the header', async (t) => {
  const engine = engineOver();
  const count = engine.expression('req.hdr_cnt(x)');
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '.', '"'), maxLength: 5 }), {
        minLength: 1,
        maxLength: 6,
      }),
      (elements) => {
        const closed = elements.map((one) => (one.split('"').length % 2 === 0 ? `${one}"` : one));
        const one = sourceOf({ request: { headers: ['x', closed.join(' , ')] } });
        if (count(one) !== closed.length) throw new Error(`not ${closed.length} elements`);
        for (const [index, element] of closed.entries()) {
          if (engine.expression(`req.hdr(x,${index + 1})`)(one) !== element)
            throw new Error(`element ${index + 1}`);
        }
      },
    ),
    LIMITS,
  );
  t.pass();
});

void t.test('many patterns match as comparing with each does', async (t) => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'A'), minLength: 1, maxLength: 4 });
  const methods = fc.constantFrom('str', 'beg', 'end', 'sub');
  const plain = {
    str: (text: string, pattern: string) => text === pattern,
    beg: (text: string, pattern: string) => text.startsWith(pattern),
    end: (text: string, pattern: string) => text.endsWith(pattern),
    sub: (text: string, pattern: string) => text.includes(pattern),
  } as const;
  fc.assert(
    fc.property(
      methods,
      fc.boolean(),
      word,
      fc.array(word, { minLength: 1, maxLength: 30 }),
      (method, ignoreCase, text, patterns) => {
        const found = holds(
          `if { hdr(x) -m ${method} ${ignoreCase ? '-i ' : ''}-- ${patterns.join(' ')} }`,
          sourceOf({ request: { headers: ['x', text] } }),
        );
        const fold = (one: string) => (ignoreCase ? one.toLowerCase() : one);
        const matches = plain[method as keyof typeof plain];
        return found === patterns.some((pattern) => matches(fold(text), fold(pattern)));
      },
    ),
    LIMITS,
  );
  t.pass();
});

void t.test('an address is in a set of networks if it is in one of them', async (t) => {
  const network = fc.record({ address: fc.nat({ max: 0xffff }), bits: fc.integer({ min: 16, max: 32 }) });
  const dotted = (low: number) => `10.0.${low >>> 8}.${low & 255}`;
  fc.assert(
    fc.property(
      fc.nat({ max: 0xffff }),
      fc.array(network, { minLength: 1, maxLength: 20 }),
      (address, networks) => {
        const found = holds(
          `if { src ${networks.map((one) => `${dotted(one.address)}/${one.bits}`).join(' ')} }`,
          sourceOf({ sourceAddress: dotted(address) }),
        );
        return (
          found === networks.some((one) => one.address >>> (32 - one.bits) === address >>> (32 - one.bits))
        );
      },
    ),
    LIMITS,
  );
  t.pass();
});
