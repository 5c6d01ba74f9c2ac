/** Lists in headers: where they are split, and what is blank. */
import t from 'tap';
import { elementsOf, Headers } from '../../lib/message/headers.ts';

void t.test('a value is split at its commas outside of quotes', async (t) => {
  for (const [value, ...elements] of [
    ['a', 'a'],
    [''],
    [' \t'],
    [' a ,\tb\t', 'a', 'b'],
    ['a,,b, ,', 'a', 'b'],
    ['"a,b",c', '"a,b"', 'c'],
    [String.raw`"a\",b",c`, String.raw`"a\",b"`, 'c'],
    ['"a,b', '"a,b'],
  ] as const) {
    t.same(elementsOf(value), elements, value);
  }
  const headers = new Headers(['X', 'a, b', 'Y', 'no', 'x', ',c']);
  t.same(headers.elements('x'), ['a', 'b', 'c'], 'lines of one name are one list');
  t.ok(headers.hasToken('x', 'c'));
});

void t.test('only blanks and tabs are blank: the byte 0xA0 ends letters of UTF-8', async (t) => {
  t.same(elementsOf('\xc3\xa0'), ['\xc3\xa0']);
  t.same(elementsOf(' \xa0a\xa0 , \xc3\xa0 '), ['\xa0a\xa0', '\xc3\xa0']);
});
