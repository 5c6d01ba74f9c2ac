/** Conditions of `.if` and `-cc` (reference 1.4); the answers were compared with HAProxy 2.6.12. */
import t from 'tap';
import { evaluateCondition } from '../../lib/config/conditions.ts';
import { Variables } from '../../lib/config/variables.ts';

const variables = new Variables({ HOME: '/root', EMPTY: '' });

/** The answer, or `problem@offset`. */
function answer(text: string): boolean | string {
  const result = evaluateCondition(text, { variables });
  return result.ok ? result.value : `${result.problem}@${result.offset}`;
}

void t.test('integers, operators and parentheses', async (t) => {
  const truths = [
    '1', '-1', '+1', '007', '99999999999999999999', '!0', '!!1', '! 0', '1 && 0 || 1', '1||0&&0', '(1)', '( 1 )',
    '!(0)', '(1||0)&&1', '0 || !0 && 1', '((((1))))',
  ]; // prettier-ignore
  const lies = ['', '  ', '0', '-0', '000', '!1', '(1||1)&&0', '0&&1||0', '!(1)'];
  for (const text of truths) t.equal(answer(text), true, text);
  for (const text of lies) t.equal(answer(text), false, text);
});

void t.test('predicates', async (t) => {
  const truths = [
    'defined(HOME)', 'defined(EMPTY)', '!defined(NOPE)', 'defined(HOME)&&1', 'feature(OPENSSL)', 'feature(PCRE)',
    'feature(THREAD)', '!feature(openssl)', '!feature(QUIC)', '!feature()', 'streq(a,a)', '!streq(a, a)', 'streq(,)',
    'strneq(a,b)', 'strstr(abc,b)', 'strstr(abc,)', 'enabled(GETADDRINFO)', '!enabled(SPLICE)',
    'streq("a,b)","a,b)")', 'ssllib_name_startswith(OpenSSL)', 'openssl_version_atleast(1.1.1)',
    'openssl_version_before(99)', 'openssl_version_atleast(1.0.2k)',
  ]; // prettier-ignore
  for (const text of truths) t.equal(answer(text), true, text);
  t.equal(answer('streq(a,A)'), false);
  t.equal(answer('!defined(HOME)'), false);
});

void t.test('versions are those of HAProxy 2.6.0', async (t) => {
  for (const version of ['2.6', '2.6.0', '2.6-dev3', '2.6-rc1', '2.5.99', '2', '1.9']) {
    t.equal(answer(`version_atleast(${version})`), true, version);
    t.equal(answer(`version_before(${version})`), false, version);
  }
  for (const version of ['2.6.1', '2.7', '2.7-dev0', '2.10', '3']) {
    t.equal(answer(`version_atleast(${version})`), false, version);
    t.equal(answer(`version_before(${version})`), true, version);
  }
});

void t.test('faults name the place where reading stopped', async (t) => {
  const cases: [string, string][] = [
    ['!', 'the condition ends too early@1'],
    ['1 &&', 'the condition ends too early@4'],
    ['()', "unparsable conditional expression ')'@1"],
    ['(1', "expected ')' in condition '(1'@2"],
    ['1)', "unexpected character ')' in condition '1)'@1"],
    ['1 0', "unexpected character '0' in condition '1 0'@2"],
    ['1x', "unexpected character 'x' in condition '1x'@1"],
    ['1&1', "unexpected character '&' in condition '1&1'@1"],
    ['true', "unparsable conditional expression 'true'@0"],
    ['1 && zz', "unparsable conditional expression 'zz'@5"],
    ['0 && zz', "unparsable conditional expression 'zz'@5"],
    ['foo(a)', "unparsable conditional expression 'foo(a)'@0"],
    ['constructor(a)', "unparsable conditional expression 'constructor(a)'@0"],
    ['defined (HOME)', "unparsable conditional expression 'defined (HOME)'@0"],
    ['streq(a)', "'streq' takes 2 argument(s), not 1@0"],
    ['1 || streq(a,a,a)', "'streq' takes 2 argument(s), not 3@5"],
    ['streq(a,b', "expected ')' behind the arguments 'a,b'@6"],
    ["streq('a,b)", "unmatched quote in the arguments ''a,b)'@6"],
    ['version_atleast(x)', "'x' is not a version@16"],
    ['version_before()', "'' is not a version@15"],
  ];
  for (const [text, fault] of cases) t.equal(answer(text), fault, text);
});

void t.test('text of any depth or length is answered', async (t) => {
  t.equal(answer(`${'('.repeat(200)}1${')'.repeat(200)}`), true);
  t.match(answer(`${'('.repeat(100_000)}1`), /more than 200 parentheses/);
  t.equal(answer(`${'!'.repeat(100_000)}0`), false);
  t.equal(answer(`1${' && 1'.repeat(100_000)}`), true);
});
