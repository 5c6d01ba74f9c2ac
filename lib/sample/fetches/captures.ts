/**
 * What was noted of a request and its answer before any rule had changed them: the request line always, headers where the frontend
 * captures them (`capture request header`, `capture response header`; the first line of its kind is number 0).
 *
 *     capture request header Host len 20      capture.req.hdr(0): the first 20 characters of Host
 *
 * They last: a rule about the answer may ask for them. In mode tcp nothing is noted. Source: HAProxy manual 7.3.6.
 *
 * Not here: noting them (`../../http/captures.ts`).
 */
import { numberArgument, single } from '../fetch.ts';
import type { FetchMaker } from '../fetch.ts';
import type { MessageCaptures, SampleSource } from '../sample.ts';

/** The text; null: nothing was noted, as of a request that could not be read. */
function ofLine(read: (line: MessageCaptures['startLine']) => string): FetchMaker {
  return () => single(({ captures }) => (captures === null ? null : read(captures.startLine) || null));
}

function header(list: (captures: MessageCaptures) => readonly (string | null)[]): FetchMaker {
  return (args) => {
    const index = numberArgument(args, 0);
    return single(({ captures }: SampleSource) =>
      captures === null ? null : (list(captures)[index] ?? null),
    );
  };
}

export const CAPTURE_FETCHES: Readonly<Record<string, FetchMaker>> = {
  'capture.req.hdr': header(({ requestHeaders }) => requestHeaders),
  'capture.req.method': ofLine(({ method }) => method),
  'capture.req.uri': ofLine(({ target }) => target),
  'capture.req.ver': ofLine(({ version }) => version),
  'capture.res.hdr': header(({ responseHeaders }) => responseHeaders),
  'capture.res.ver': () => single(({ response }) => (response === null ? null : `HTTP/${response.version}`)),
};
