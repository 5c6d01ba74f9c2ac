/**
 * What reading a configuration costs: a thousand lines as an operator would write them, parsed, and printed again.
 *
 *     node build/bench/part/parse.js [rounds, 40]
 *
 * Not here: what the text means (`test/config`).
 */
import { parseConfig } from '../../lib/config/parse.ts';
import { printConfig } from '../../lib/config/print.ts';
import { figure, median, say } from './timing.ts';

const LINES = 1000;
const SERVERS_PER_BACKEND = 20;
const rounds = Number(process.argv[2] ?? 40);

/** One frontend and its backend, 32 lines. */
function realm(index: number): string[] {
  const servers = Array.from(
    { length: SERVERS_PER_BACKEND },
    (_, at) =>
      `  server s${at} 10.${index}.0.${at + 1}:9443 weight ${1 + (at % 5)} maxconn 1024 check inter 2s rise 3`,
  );
  return [
    `frontend realm${index} # everybody comes in here`,
    `  bind 127.0.0.1:${10_000 + index} maxconn 5000`,
    '  timeout client 30s',
    '  option tcplog',
    `  default_backend nirvana${index}`,
    '',
    `backend nirvana${index}`,
    '  balance leastconn',
    '  timeout connect 10s',
    '  timeout queue "1m"',
    '  timeout server 30s',
    '  option redispatch',
    ...servers,
  ];
}

function text(): string {
  const lines = [
    'global',
    '  maxconn 20000',
    '  log 127.0.0.1:514 local0',
    'defaults',
    '  mode tcp',
    '  log global',
  ];
  for (let index = 0; lines.length < LINES; index += 1) lines.push(...realm(index));
  return `${lines.slice(0, LINES).join('\n')}\n`;
}

/** Milliseconds a call, the middle of all but the first tenth. */
function milliseconds(work: () => void): number {
  const spent: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startMs = performance.now();
    work();
    if (round >= rounds / 10) spent.push(performance.now() - startMs);
  }
  return median(spent);
}

const source = [{ file: 'bench.cfg', text: text() }];
const startMs = performance.now();
const { config } = parseConfig(source);
const firstMs = performance.now() - startMs;
if (config === null) throw new Error('the configuration has faults');
say(
  `configuration of ${LINES} lines`,
  figure(firstMs, 'ms parse for the first time'),
  figure(
    milliseconds(() => void parseConfig(source)),
    'ms parse',
  ),
  figure(
    milliseconds(() => void printConfig(config)),
    'ms print',
  ),
);
