/** The CSV beside the one that HAProxy 2.6.12 wrote for the same configuration after the same traffic. */
import fc from 'fast-check';
import t from 'tap';
import { statsCsv } from '../../../lib/account/stats-page/csv.ts';
import { STAT_FIELDS } from '../../../lib/account/stats-page/fields.ts';
import { proxyIds, serverIds } from '../../../lib/account/stats-page/ids.ts';
import { statsPage } from '../../../lib/account/stats-page/page.ts';
import { defaultStats, scene } from './scene.ts';

/** As `;csv` gave it, up to the field `-`. */
const OBSERVED = `
# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,last_agt,qtime,ctime,rtime,ttime,agent_status,agent_code,agent_duration,check_desc,agent_desc,check_rise,check_fall,check_health,agent_rise,agent_fall,agent_health,addr,cookie,mode,algo,conn_rate,conn_rate_max,conn_tot,intercepted,dcon,dses,wrew,connect,reuse,cache_lookups,cache_hits,srv_icur,src_ilim,qtime_max,ctime_max,rtime_max,ttime_max,eint,idle_conn_cur,safe_conn_cur,used_conn_cur,need_conn_est,uweight,agg_server_status,agg_server_check_status,agg_check_status,-,
ws,FRONTEND,,,0,1,1000,1,49,121,0,0,0,,,,,OPEN,,,,,,,,,1,20,0,,,,0,0,0,1,,,,0,0,0,0,1,0,,0,1,1,,,0,0,0,0,,,,,,,,,,,,,,,,,,,,,http,,0,1,1,0,0,0,0,,,0,0,,,,,,,0,,,,,,,,,-,
sec,s1,0,0,0,1,5,1,49,121,,0,,0,0,0,0,UP,10,1,0,0,0,8,0,,1,24,1,,1,,2,0,,1,L4OK,,0,0,0,0,0,1,0,,,,1,0,0,,,,,2,,,0,0,1,1,,,,Layer4 check passed,,2,3,4,,,,,,http,,,,,,,,0,1,0,,,1,,0,0,1,1,0,1,0,0,1,10,,,,-,
sec,s2,0,0,0,0,,0,0,0,,0,,0,0,0,0,DOWN,1,0,1,1,1,8,8,,1,24,2,,0,,2,0,,0,L4CON,,0,0,0,0,0,0,0,,,,0,0,0,,,,,-1,Connection refused,,0,0,0,0,,,,Layer4 connection problem,,2,3,0,,,,,,http,,,,,,,,0,0,0,,,0,,0,0,0,0,0,0,0,0,1,1,,,,-,
sec,s3,0,0,0,0,,0,0,0,,0,,0,0,0,0,MAINT,1,1,0,,,8,,,1,24,3,,0,,2,0,,0,,,,0,0,0,0,0,0,,,,0,0,0,,,,,-1,,,0,0,0,0,,,,,,,,,,,,,,http,,,,,,,,0,0,0,,,0,,0,0,0,0,0,0,0,0,0,1,,,,-,
sec,BACKEND,0,0,0,1,100,1,49,121,0,0,,0,0,0,0,UP,10,1,0,,0,8,0,,1,24,0,,1,,1,0,,1,,,,0,0,0,0,1,0,,,,1,0,0,0,0,0,0,2,,,0,0,1,1,,,,,,,,,,,,,,http,,,,,,,,0,1,0,0,0,,,0,0,1,1,0,,,,,10,0,0,0,-,
li,FRONTEND,,,0,0,1000,0,0,0,0,0,0,,,,,OPEN,,,,,,,,,1,25,0,,,,0,0,0,0,,,,,,,,,,,0,0,0,,,0,0,0,0,,,,,,,,,,,,,,,,,,,,,tcp,,0,0,0,,0,0,0,,,,,,,,,,,0,,,,,,,,,-,
li,zz,,,0,0,0,0,0,0,0,0,0,,,,,OPEN,,,,,,,,,1,25,1,,,,3,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,tcp,,,,,,0,0,0,,,,,,,,,,,0,,,,,,,,,-,
li,s1,0,0,0,0,,0,0,0,,0,,0,0,0,0,UP,1,1,0,,,8,,,1,25,1,,0,sec/s1,2,0,,0,,,,,,,,,,,,,,0,0,,,,,-1,,,0,0,0,0,,,,,,,,,,,,,,tcp,,,,,,,,0,0,0,,,0,,0,0,0,0,0,0,0,0,0,1,,,,-,
li,BACKEND,0,0,0,0,100,0,0,0,0,0,,0,0,0,0,UP,1,1,0,,0,8,0,,1,25,0,,0,,1,0,,0,,,,,,,,,,,,,,0,0,0,0,0,0,-1,,,0,0,0,0,,,,,,,,,,,,,,tcp,,,,,,,,0,0,0,,,,,0,0,0,0,0,,,,,1,0,0,0,-,
`;

/** Not here: the text of a check's status, an estimate of how many connections will be needed. */
const LEFT_OUT = new Set(['check_desc', 'need_conn_est']);

/** Cells by name, row by row; a reader as the language of CSV wants it. */
function parsed(csv: string): Record<string, string>[] {
  const [head = [], ...rows] = records(csv.trim());
  const names = head.map((name) => name.replace(/^# /, ''));
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? ''])));
}

function records(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end = ''] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\n]*))(,|\n|$)/g)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\n') rows.push([]);
  }
  return rows;
}

function without(row: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !LEFT_OUT.has(name)));
}

void t.test("HAProxy's rows", async (t) => {
  const { contentType, body } = statsPage(scene(), defaultStats(), 'ws', ';csv');
  t.equal(contentType, 'text/plain');
  t.equal(body.split('\n')[0], OBSERVED.trim().split('\n')[0], 'the head is the same');
  const rows = parsed(body);
  const expected = parsed(OBSERVED);
  t.equal(rows.length, expected.length);
  for (const [at, row] of expected.entries()) {
    t.same(without(rows[at] ?? {}), without(row), `${row['pxname']}/${row['svname']}`);
  }
});

void t.test('legends are shown where they are wanted', async (t) => {
  const body = statsPage(scene(), defaultStats({ showLegends: true }), 'ws', ';csv').body;
  const rows = parsed(body);
  t.equal(rows.find((row) => row['svname'] === 's2')?.['addr'], '10.0.0.1:9443');
  t.equal(rows.find((row) => row['svname'] === 'BACKEND')?.['algo'], 'roundrobin');
});

void t.test('whatever a text is, it comes back as one cell', async () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (name, check) => {
      const text = check.replaceAll('\r', '');
      const csv = statsCsv([
        { name, mode: 'tcp', description: null, rows: [{ pxname: 'p', last_chk: text, scur: 7 }] },
      ]);
      const [row] = parsed(csv);
      return row?.['last_chk'] === text && row['scur'] === '7';
    }),
    { numRuns: 300, interruptAfterTimeLimit: 2000 },
  );
});

void t.test('the same figures as JSON', async (t) => {
  const { contentType, body } = statsPage(scene(), defaultStats(), 'ws', ';json');
  t.equal(contentType, 'application/json');
  const rows = JSON.parse(body) as {
    objType: string;
    field: { pos: number; name: string };
    value: object;
  }[][];
  t.equal(rows.length, 9);
  const [frontend = [], server = []] = rows;
  t.match(frontend[0], { objType: 'Frontend', proxyId: 20, id: 0, field: { pos: 0, name: 'pxname' } });
  t.match(server.find(({ field }) => field.name === 'lastsess')?.value, { type: 'u64', value: 2 });
  for (const { field } of server) t.equal(STAT_FIELDS[field.pos], field.name);
});

void t.test('numbers are the own ones, or the next that is free', async (t) => {
  const ids = (...given: number[]): { id: number }[] => given.map((id) => ({ id }));
  t.same(proxyIds(ids(0, 0, 3, 0)), [2, 4, 3, 5]);
  t.same(serverIds(ids(0, 1, 0)), [2, 1, 3]);
});
