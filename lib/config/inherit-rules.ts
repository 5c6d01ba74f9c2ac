/**
 * Rules and ACLs of a named `defaults` section on their way into the sections that use it.
 *
 * HAProxy shows such ACLs to the rules beside them only, so a proxy may have others of the same names. Here they get a
 * name that says where they come from, in the rules too:
 *
 *     acl lan src 10.0.0.0/8                       acl defaults:lan src 10.0.0.0/8
 *     http-request deny unless lan            ->   http-request deny unless defaults:lan
 *
 * Not here: which sections may use such a `defaults` (`inherit.ts`).
 */
import type { Mutable, ProxyDraft } from './draft.ts';
import type { AclConfig, ConditionWords, HttpRule } from './rules.ts';

/** What a section that begins as a copy of `from` starts with; without rules there is nobody who could see the ACLs. */
export function inheritRules(from: ProxyDraft): Pick<ProxyDraft, 'acls' | 'http'> {
  const http = structuredClone(from.http);
  if (!hasRules(from)) return { acls: [], http };
  const names = new Set(from.acls.map((acl) => acl.name));
  const acls = from.acls.map((acl): Mutable<AclConfig> => ({
    name: renamed(acl.name),
    words: [...acl.words],
  }));
  const rename = (rule: HttpRule): Mutable<HttpRule> =>
    structuredClone({ ...rule, condition: renameAcls(rule.condition, names) }) as Mutable<HttpRule>;
  return {
    acls,
    http: {
      ...http,
      requestRules: from.http.requestRules.map(rename),
      responseRules: from.http.responseRules.map(rename),
    },
  };
}

/** True if the section holds rules that sections below it would take over. */
export function hasRules(draft: ProxyDraft): boolean {
  return draft.http.requestRules.length > 0 || draft.http.responseRules.length > 0;
}

function renamed(name: string): string {
  return `defaults:${name}`;
}

/** What stands between braces is a test of its own and names no ACL. */
function renameAcls(condition: ConditionWords, names: ReadonlySet<string>): ConditionWords {
  let inBraces = false;
  return (
    condition?.map((word) => {
      if (word === '{' || word === '!{') inBraces = true;
      else if (word === '}') inBraces = false;
      if (inBraces) return word;
      const bangs = /^!*/.exec(word)?.[0] ?? '';
      const name = word.slice(bangs.length);
      return names.has(name) ? bangs + renamed(name) : word;
    }) ?? null
  );
}
