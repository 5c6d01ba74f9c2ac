/** Values computed by HAProxy 2.6.12's converters of the same names (`sdbm(1)`: with avalanche). */
import t from 'tap';
import { avalanche, HASH_FUNCTIONS } from '../../../lib/backend/balance/hash-functions.ts';

interface Row {
  /** One byte per character. */
  readonly text: string;
  readonly sdbm: number;
  readonly djb2: number;
  readonly wt6: number;
  readonly crc32: number;
  readonly avalanchedSdbm: number;
  readonly avalanchedDjb2: number;
}

const ROWS: readonly Row[] = [
  {
    text: 'a',
    sdbm: 97,
    djb2: 177670,
    wt6: 1900802597,
    crc32: 3904355907,
    avalanchedSdbm: 1830748055,
    avalanchedDjb2: 3548763807,
  },
  {
    text: 'abc',
    sdbm: 807794786,
    djb2: 193485963,
    wt6: 2483038440,
    crc32: 891568578,
    avalanchedSdbm: 659243622,
    avalanchedDjb2: 2235766107,
  },
  {
    text: '192.0.2.1',
    sdbm: 3096601971,
    djb2: 1346529534,
    wt6: 331454548,
    crc32: 3680567351,
    avalanchedSdbm: 1487155691,
    avalanchedDjb2: 791092658,
  },
  {
    text: '\xc0\xa8\xff\x01\x80',
    sdbm: 4149391446,
    djb2: 368164333,
    wt6: 885122897,
    crc32: 3990071456,
    avalanchedSdbm: 657526757,
    avalanchedDjb2: 1659587605,
  },
  {
    text: '\xff\xff\xff\xff',
    sdbm: 3604651904,
    djb2: 2095923905,
    wt6: 1091678044,
    crc32: 4294967295,
    avalanchedSdbm: 4210395006,
    avalanchedDjb2: 3854574787,
  },
];

for (const row of ROWS) {
  void t.test(`every function of ${JSON.stringify(row.text)}`, async (t) => {
    const bytes = Buffer.from(row.text, 'latin1');
    for (const name of ['sdbm', 'djb2', 'wt6', 'crc32'] as const) {
      t.equal(HASH_FUNCTIONS[name](bytes, bytes.length), row[name], name);
    }
    t.equal(avalanche(row.sdbm), row.avalanchedSdbm, 'avalanche of sdbm');
    t.equal(avalanche(row.djb2), row.avalanchedDjb2, 'avalanche of djb2');
  });
}

void t.test('only the given length of a buffer counts', async (t) => {
  const [long, short] = [Buffer.from('abcdef'), Buffer.from('abc')];
  for (const [name, hash] of Object.entries(HASH_FUNCTIONS)) t.equal(hash(long, 3), hash(short, 3), name);
});

void t.test('none takes the key as the hash, as far as it is a number', async (t) => {
  const none = (text: string): number => HASH_FUNCTIONS.none(Buffer.from(text), text.length);
  t.equal(none('4294967295'), 4294967295);
  t.equal(none('42abc'), 42);
  t.equal(none('abc'), 0);
  t.equal(none(''), 0);
});
