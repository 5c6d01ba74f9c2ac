/** Where reads go: what is kept stays, what is lent is nobody else's, sizes follow what comes. */
import t from 'tap';
import { ReadBuffers } from '../../lib/transport/read-buffers.ts';
import { NO_ROOM, ReadSpace } from '../../lib/transport/read-space.ts';

/** As libuv does: reads `text` into the room it was given. */
function read(room: Buffer, text: string): number {
  return room.write(text, 'latin1');
}

void t.test('bytes that are kept lie behind one another, over several buffers', async (t) => {
  const space = new ReadSpace(new ReadBuffers());
  let room = space.open();
  const whole = 'abcdefghijklmnopqrstuvwxyz'.repeat(1000);
  for (let at = 0; at < whole.length;) {
    const length = read(room, whole.slice(at, at + 1500));
    room = space.keep(length);
    at += length;
  }
  const kept = space.takeKept();
  t.ok(kept.length > 1);
  t.equal(Buffer.concat(kept).toString('latin1'), whole);
  t.same(space.takeKept(), [], 'once');
});

void t.test('after the keeping the buffer is used from its beginning again', async (t) => {
  const space = new ReadSpace(new ReadBuffers());
  const first = space.open();
  const behind = space.keep(read(first, 'kept'));
  space.takeKept();
  t.equal(space.bytesOf(read(behind, 'next')).toString(), 'next');
  t.equal(space.reuse(4), first);
  t.equal(space.bytesOf(read(first, 'then')).toString(), 'then');
  t.equal(space.reuse(4), undefined);
});

void t.test('full reads get more room, many small ones less', async (t) => {
  const space = new ReadSpace(new ReadBuffers());
  let room = space.open();
  space.takeKept();
  const sizes = [room.length];
  for (let next = space.reuse(room.length); next !== undefined; next = space.reuse(room.length)) {
    room = next;
    sizes.push(room.length);
  }
  t.same(sizes, [4096, 16_384, 65_536, 262_144]);
  for (let count = 0; count < 1000; count += 1) room = space.reuse(10) ?? room;
  t.equal(room.length, 4096);
});

void t.test('a buffer goes back only when nobody needs it', async (t) => {
  const buffers = new ReadBuffers();
  const space = new ReadSpace(buffers);
  t.notOk(space.isFree, 'there is none yet');
  const room = space.open();
  t.ok(space.isFree);
  space.keep(3);
  t.notOk(space.isFree, 'kept bytes are in it');
  space.takeKept();
  space.lend();
  t.notOk(space.isFree, 'a write needs it');
  space.takeBack();
  t.ok(space.isFree);
  space.empty();
  t.notOk(space.isFree);
  t.equal(buffers.take(0), room);
});

void t.test('a buffer that is lent when its socket closes is given to nobody else', async (t) => {
  const buffers = new ReadBuffers();
  const space = new ReadSpace(buffers);
  const room = space.open();
  space.takeKept();
  space.lend();
  space.release();
  for (let count = 0; count < 100; count += 1) t.not(buffers.take(0), room);
  t.equal(NO_ROOM.length, 0);
});

void t.test('buffers are never handed out twice', async (t) => {
  const buffers = new ReadBuffers();
  const taken = Array.from({ length: 40 }, () => buffers.take(0));
  taken.forEach((buffer, index) => buffer.fill(index));
  t.ok(taken.every((buffer, index) => buffer.every((byte) => byte === index)));
});
