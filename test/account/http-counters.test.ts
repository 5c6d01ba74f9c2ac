/** What is counted of requests, and that a proxy in mode tcp counts none of it. */
import t from 'tap';
import { BackendCounters, FrontendCounters, ServerCounters } from '../../lib/account/counters.ts';
import {
  BAD_MESSAGE_REASONS,
  deniedRequests,
  deniedResponses,
  failedRequests,
  interceptedRequests,
  responseClass,
} from '../../lib/account/http-counters.ts';
import { countSession } from '../../lib/account/session-counts.ts';
import type { EndReason, HttpRecord } from '../../lib/account/session.ts';
import { MESSAGE_FAULT_CODES } from '../../lib/http/faults.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';
import { endingOf } from '../../lib/stream/ending.ts';
import { httpRecord, memory, sessionRecord } from '../help/views.ts';

interface Counted {
  readonly frontend: FrontendCounters;
  readonly backend: BackendCounters;
  readonly server: ServerCounters;
}

function counted(mode: 'tcp' | 'http'): Counted {
  return {
    frontend: new FrontendCounters(memory, mode),
    backend: new BackendCounters(memory, mode),
    server: new ServerCounters(memory, mode),
  };
}

function end(counters: Counted, reason: EndReason, http: Partial<HttpRecord> | null): void {
  const record = http === null ? null : httpRecord(http);
  countSession(sessionRecord({ ending: endingOf(reason), http: record }), counters);
}

void t.test('answers are counted by class; what we answered is not counted at the server', async (t) => {
  const counters = counted('http');
  const { frontend, backend, server } = counters;
  end(counters, 'normal', { status: 101 });
  end(counters, 'normal', { status: 204 });
  end(counters, 'server-reset', { status: 200 });
  end(counters, 'response-timeout', { status: 504, responseMs: -1 });
  end(counters, 'response-denied', { status: 502 });
  end(counters, 'client-left-waiting', { status: -1, responseMs: -1 });
  const expected = { '1xx': 1, '2xx': 2, '5xx': 2 };
  t.same(Object.fromEntries(frontend.http?.responses.entries ?? []), expected);
  t.same(Object.fromEntries(backend.http?.responses.entries ?? []), expected);
  t.same(Object.fromEntries(server.http?.responses.entries ?? []), { '1xx': 1, '2xx': 2 });
  t.equal(server.http?.responseTime.count, 4);
  t.equal(server.averages.responseMs, 4 / 6);
  t.equal(server.averages.responseMaxMs, 1);
  t.equal(server.responseErrorsTotal, 2, 'timeout and reset');
  t.equal(server.clientAbortsTotal, 1);
  t.equal(server.serverAbortsTotal, 1);
});

void t.test("HAProxy's counts of refusals follow from the reasons of ends", async (t) => {
  const counters = counted('http');
  for (const reason of ['request-denied', 'tarpitted', 'response-denied', 'answered-here'] as const)
    end(counters, reason, {});
  for (const reason of ['bad-request', 'request-timeout', 'client-left-request'] as const) {
    countSession(sessionRecord({ ending: endingOf(reason), http: httpRecord() }), {
      frontend: counters.frontend,
      backend: null,
      server: null,
    });
  }
  const { frontend, backend } = counters;
  t.same(
    [deniedRequests, deniedResponses, failedRequests, interceptedRequests].map((of) => of(frontend)),
    [2, 1, 3, 1],
  );
  t.equal(failedRequests(backend), 0);
});

void t.test('requests have a count and a rate, faults a reason', async (t) => {
  const { frontend, backend } = counted('http');
  frontend.http?.requestStarted(1000);
  frontend.http?.requestStarted(1001);
  frontend.http?.badRequest('bad-chunk');
  backend.http?.badResponse('cut-short');
  backend.http?.connectionReused();
  backend.http?.rewriteFailed();
  t.equal(frontend.http?.requestsTotal, 2);
  t.equal(frontend.http?.requestRate.max, 2);
  t.equal(frontend.http?.badRequests.get('bad-chunk'), 1);
  t.equal(backend.http?.badResponses.get('cut-short'), 1);
  t.equal(backend.http?.reusesTotal, 1);
  t.equal(backend.http?.rewriteFailuresTotal, 1);
});

void t.test('mode tcp counts nothing of it', async (t) => {
  const counters = counted('tcp');
  end(counters, 'normal', null);
  end(counters, 'normal', {});
  const { frontend, backend, server } = counters;
  t.same([frontend.http, backend.http, server.http], [null, null, null]);
  server.idleConnections(1);
  t.equal(server.idleConnectionsNow, 0);
});

void t.test('connections that are kept are counted over all threads', async (t) => {
  const control = SharedMemory.forThreads(2);
  const all = new ServerCounters(control, 'http');
  const [first, second] = [0, 1].map(
    (thread) => new ServerCounters(SharedMemory.attach(control.handout(thread), thread), 'http'),
  );
  first?.idleConnections(3);
  second?.idleConnections(2);
  first?.idleConnections(-1);
  t.equal(all.idleConnectionsNow, 4);
  control.forget(0);
  t.equal(second?.idleConnectionsNow, 2, "a dead thread's are closed");
});

void t.test('classes', async (t) => {
  t.same([99, 100, 200, 304, 404, 599, 600, 999].map(responseClass), [
    'other',
    '1xx',
    '2xx',
    '3xx',
    '4xx',
    '5xx',
    'other',
    'other',
  ]);
});

void t.test('every fault a message can have is counted by its own name', async (t) => {
  t.same([...MESSAGE_FAULT_CODES].toSorted(), [...BAD_MESSAGE_REASONS].toSorted());
});
