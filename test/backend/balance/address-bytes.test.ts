import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import { writeAddress } from '../../../lib/backend/balance/address-bytes.ts';

/** Bytes of an address as hexadecimal; empty for what is none. */
function hex(text: string): string {
  const bytes = new Uint8Array(16).fill(0xee);
  return Buffer.from(bytes.subarray(0, writeAddress(text, bytes))).toString('hex');
}

const ADDRESSES: readonly (readonly [string, string])[] = [
  ['192.0.2.1', 'c0000201'],
  ['0.0.0.0', '00000000'],
  ['255.255.255.255', 'ffffffff'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['2001:db8::', '20010db8000000000000000000000000'],
  ['2001:DB8::ff:1', '20010db8000000000000000000ff0001'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['1::3:4:5:6:7:8', '00010000000300040005000600070008'],
  ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ['1:2:3:4:5:6:192.0.2.1', '000100020003000400050006c0000201'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
];

for (const [text, bytes] of ADDRESSES) t.equal(hex(text), bytes, text);

const NO_ADDRESSES = [
  '',
  '/run/sock',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '1..2.3',
  '1.2.3.x',
  ':',
  ':::',
  '1:2',
];
const NO_IPV6 = [
  '1::2::3',
  '1:2:3:4:5:6:7:8:9',
  '12345::',
  'g::',
  '1:2:3:4:5:6:7:',
  ':1::',
  '::1.2.3',
  '1:2:3:4:5:6:7:1.2.3.4',
];

for (const text of [...NO_ADDRESSES, ...NO_IPV6]) t.equal(hex(text), '', `'${text}' is none`);

void t.test('agrees with Node on what is an IPv6 address', async (t) => {
  const piece = fc.constantFrom('::', ':', '1', 'ab', 'ffff', '12345', 'g', '1.2.3.4', '256.1.1.1', '.', '0');
  const property = fc.property(fc.array(piece, { maxLength: 17 }), (pieces) => {
    const text = pieces.join('');
    return !text.includes(':') || (hex(text).length === 32) === isIPv6(text);
  });
  fc.assert(property, { numRuns: 5000, interruptAfterTimeLimit: 2000 });
  t.pass();
});

void t.test('every IPv6 address in its short form means its eight groups', async (t) => {
  const property = fc.property(fc.ipV6(), (text) => {
    const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
    return hex(text) === hex(canonical);
  });
  fc.assert(property, { numRuns: 500, interruptAfterTimeLimit: 2000 });
  t.pass();
});
