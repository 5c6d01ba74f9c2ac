/**
 * The long options as a table, in the groups and the order of `--help`.
 *
 * Not here: HAProxy's one-dash flags (`flags.ts`), reading a command line (`arguments.ts`).
 */
import type { Options } from 'yargs';

const fileGroup = 'Configuration:';
const quickGroup = 'Without a file:';
const startGroup = 'Start:';
const outputGroup = 'Output:';
const otherGroup = 'Other:';

function flag(group: string, describe: string, alias?: string): Options {
  return { group, describe, type: 'boolean', ...(alias === undefined ? {} : { alias }) };
}

function value(group: string, describe: string, placeholder: string, alias?: string): Options {
  const shown = `${describe} [${placeholder}]`;
  return {
    group,
    describe: shown,
    type: 'string',
    requiresArg: true,
    ...(alias === undefined ? {} : { alias }),
  };
}

/** Every long option; an alias of one letter is shown as HAProxy's flag. */
export const LONG_OPTIONS: Readonly<Record<string, Options>> = {
  file: value(fileGroup, 'read a file, or all *.cfg of a folder; may be repeated', 'PATH', 'f'),
  check: flag(fileGroup, 'check the configuration and exit', 'c'),
  'print-config': flag(fileGroup, 'print the configuration as it was understood and exit'),
  condition: value(fileGroup, '(-cc) evaluate a condition of .if; exit 0 if true, 1 if not', 'CONDITION'),
  directory: value(fileGroup, 'change to a folder before reading anything', 'DIR', 'C'),
  'zero-warning': flag(fileGroup, '(-dW) refuse to start if there is any warning'),
  diagnostics: flag(fileGroup, '(-dD) show advice on suspicious but valid settings'),
  listen: value(quickGroup, 'where to listen; may be repeated', 'PORT|ADDRESS[,PARAMETER...]'),
  server: value(quickGroup, 'a server; may be repeated', 'ADDRESS:PORT[,PARAMETER...]'),
  metrics: value(quickGroup, 'serve /metrics, /livez and /readyz; also with -f', 'PORT|ADDRESS:PORT'),
  balance: value(quickGroup, 'how to choose a server, roundrobin if not given', 'ALGORITHM'),
  timeout: value(quickGroup, 'e.g. client=30s; may be repeated', 'NAME=TIME'),
  demo: flag(quickGroup, 'start a balancer in front of two demonstration servers'),
  daemon: flag(startGroup, 'go to the background once everything is bound', 'D'),
  foreground: flag(startGroup, '(-db) stay in the foreground even if the configuration says daemon'),
  systemd: flag(startGroup, '(-Ws) stay in the foreground and tell systemd when ready'),
  pidfile: value(startGroup, 'write the process number to a file', 'FILE', 'p'),
  maxconn: value(startGroup, 'most client connections at once', 'NUMBER', 'n'),
  'proxy-maxconn': value(startGroup, 'the same for each frontend without one of its own', 'NUMBER', 'N'),
  relay: value(
    startGroup,
    "how bytes are moved, auto if not given; public: by Node's documented API only",
    'auto|public',
  ),
  'local-peer': value(startGroup, "this process's name among peers", 'NAME', 'L'),
  'ignore-resolution': flag(startGroup, '(-dr) start although names of servers have no address'),
  'no-server-verify': flag(startGroup, "(-dV) never verify servers' certificates"),
  'log-json': {
    group: outputGroup,
    describe: 'a line of JSON per session on standard output, readable on a terminal [LEVEL]',
    type: 'string',
  },
  verbose: flag(outputGroup, 'say what is done', 'V'),
  quiet: flag(outputGroup, 'say nothing', 'q'),
  debug: flag(outputGroup, 'stay in the foreground and show every event', 'd'),
  help: flag(otherGroup, 'show this', 'h'),
  version: flag(otherGroup, "print sluice's version alone"),
  versions: flag(otherGroup, "(-v) print sluice's version and the language level"),
  build: flag(otherGroup, '(-vv) the same with what it runs on'),
};

/** Stands above the options in `--help`. */
export const HELP_OPENING = `sluice: a TCP and HTTP load balancer in HAProxy's language

Examples:
  sluice --listen 443 --server a:9443,check --server b:9443,check
  sluice --listen 443 --server a:9443,weight=3,maxconn=1024 --server b:9443 --metrics 127.0.0.1:9404
  sluice -f /etc/haproxy/haproxy.cfg           run a configuration file
  sluice -c -f /etc/haproxy/haproxy.cfg        only check it
  sluice --print-config --listen 443 --server a:9443
  sluice --demo                                see it work

Usage: sluice -f FILE... [options] [-- FILE...]
       sluice --listen ADDRESS --server ADDRESS... [options]`;
