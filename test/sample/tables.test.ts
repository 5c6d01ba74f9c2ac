/** Every fetch and converter the configuration knows has a function, and there are no others. */
import t from 'tap';
import { CONVERTERS } from '../../lib/config/converter-table.ts';
import { FETCHES } from '../../lib/config/fetch-table.ts';
import { CONVERTER_MAKERS } from '../../lib/sample/converters.ts';
import { FETCH_MAKERS } from '../../lib/sample/fetches.ts';

void t.test('the tables name the same', async (t) => {
  const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name).toSorted();
  t.same([...FETCH_MAKERS.keys()].toSorted(), names(FETCHES));
  t.same([...CONVERTER_MAKERS.keys()].toSorted(), names(CONVERTERS));
});
