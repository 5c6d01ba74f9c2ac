/**
 * Back-references: `\0` is what a regular expression matched, `\1` to `\9` its groups; `\\` and any other escaped character stand
 * for themselves.
 */

/** `match` as `RegExp.exec` or `String.replace` give it: groups from index 1 on, undefined where one matched nothing. */
export function expandGroups(template: string, match: readonly unknown[]): string {
  if (!template.includes('\\')) return template;
  return template.replace(/\\(?:(\d)|(.))/gs, (_all, digit?: string, other?: string) => {
    if (digit === undefined) return other ?? '';
    const group = match[Number(digit)];
    return typeof group === 'string' ? group : '';
  });
}
