/**
 * Text to `Config`: statements in order, each answered by its row of the keyword table, all faults in one run.
 *
 *   outside --section word--> global | proxy | other section       a file begins outside
 *   any section --section word--> the next one                     a faulty header: its lines are read, then dropped
 *
 * Not here: characters (`statements.ts`), meanings (`keywords/`), inheritance (`inherit.ts`), whether the result
 * agrees with itself (`check.ts`).
 */
import { checkConfig } from './check.ts';
import type { Config } from './config.ts';
import { Diagnostics } from './diagnostic.ts';
import type { Diagnostic, Place } from './diagnostic.ts';
import { hasBackend, hasFrontend, newGlobal } from './draft.ts';
import type { GlobalDraft, ProxyDraft } from './draft.ts';
import { DefaultsSections, settleConfig } from './inherit.ts';
import type { DraftedProxy } from './inherit.ts';
import { GLOBAL_KEYWORDS, OTHER_SECTIONS, PROXY_KEYWORDS, SECTION_NAMES } from './keywords.ts';
import type { KeywordTable, OtherSection } from './keywords.ts';
import { takeArguments } from './keywords/arguments.ts';
import { usageOf } from './keywords/entry.ts';
import type { Entry } from './keywords/entry.ts';
import { badNameCharacter } from './keywords/values.ts';
import { Line, didYouMean } from './line.ts';
import { Places } from './places.ts';
import { StatementReader } from './statements.ts';
import type { ConfigText } from './statements.ts';
import { shown } from './units.ts';
import { Variables } from './variables.ts';
import { placeOf } from './words.ts';
import type { Statement } from './words.ts';

export interface ParseOptions {
  /** Environment variables the text may use; default: the process's. Never changed. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Give `.diag` messages too (`-dD`). */
  readonly diag?: boolean;
}

export interface ParseResult {
  /** Null exactly when there is an alert among the diagnostics. */
  readonly config: Config | null;
  readonly diagnostics: readonly Diagnostic[];
  /**
   * Where the parts of the Config were written, for faults found later (a user or a file that does not exist):
   * `places.at('proxy', 0, 'server', 2, 'ca-file')`, `places.at('global', 'user')`.
   */
  readonly places: Places;
}

type Section =
  | { readonly kind: 'outside' }
  | { readonly kind: 'global' }
  | { readonly kind: 'proxy'; readonly draft: ProxyDraft }
  | { readonly kind: 'other'; readonly section: OtherSection };

/**
 * Reads one configuration made of one or several texts (files in the order of `-f`). Never throws, whatever the text.
 *
 * Example: `parseConfig([{ file: 'sluice.cfg', text }]).config?.proxies[0]?.name`
 */
export function parseConfig(sources: readonly ConfigText[], options: ParseOptions = {}): ParseResult {
  const parser = new Parser(sources, options);
  const config = parser.run();
  return { config, diagnostics: parser.diagnostics.list, places: parser.places };
}

class Parser {
  readonly diagnostics = new Diagnostics();
  readonly places = new Places();
  readonly #variables: Variables;
  readonly #reader: StatementReader;
  readonly #global: GlobalDraft;
  readonly #proxies: DraftedProxy[] = [];
  readonly #defaults = new DefaultsSections();
  #section: Section = { kind: 'outside' };

  constructor(sources: readonly ConfigText[], options: ParseOptions) {
    this.#variables = new Variables(options.environment ?? process.env);
    this.#reader = new StatementReader(sources, this.#variables, this.diagnostics, {
      diag: options.diag ?? false,
    });
    this.#global = newGlobal(this.#variables);
  }

  run(): Config | null {
    for (const item of this.#reader.statements()) {
      if (item.kind === 'file') this.#section = { kind: 'outside' };
      else this.#read(item.statement);
      if (this.diagnostics.full) return null;
    }
    const config = settleConfig(this.#global, this.#proxies, this.places, this.diagnostics);
    checkConfig(config, this.places, this.diagnostics);
    return this.diagnostics.alertCount === 0 ? config : null;
  }

  #read(statement: Statement): void {
    const line = new Line(statement, this.#variables, this.diagnostics);
    const first = line.peek() ?? '';
    if (line.prefix === null && SECTION_NAMES.includes(first)) {
      this.#open(line);
      return;
    }
    switch (this.#section.kind) {
      case 'outside':
        line.take('');
        line.alert(
          'keyword-outside-section',
          `keyword '${shown(first)}' stands outside of any section`,
          outsideHint(first),
        );
        break;
      case 'global':
        this.#readGlobal(line);
        break;
      case 'proxy':
        this.#readProxy(line, this.#section.draft);
        break;
      case 'other':
        readOther(line, this.#section.section);
        break;
    }
  }

  // --- Sections ------------------------------------------------------------------------------------------

  #open(line: Line): void {
    const word = line.takeKeyword(1);
    this.#reader.section = word;
    if (word === 'global') {
      this.#section = { kind: 'global' };
    } else if (word === 'defaults' || word === 'frontend' || word === 'backend' || word === 'listen') {
      this.#openProxy(line, word);
    } else {
      const section = OTHER_SECTIONS.find((one) => one.name === word);
      if (section !== undefined) this.#openOther(line, section);
      line.skipRest();
    }
    line.end();
  }

  #openOther(line: Line, section: OtherSection): void {
    this.#section = { kind: 'other', section };
    const message = `'${section.name}' section`;
    if (section.severity === 'alert')
      line.alert('unsupported-keyword', `${message} is not supported`, section.why);
    else line.notice('no-effect', `${message} has no effect: ${section.why}`, null);
  }

  #openProxy(line: Line, kind: ProxyDraft['kind']): void {
    const place = line.place();
    const name = takeSectionName(line, kind);
    const from = takeFrom(line, kind);
    const draft = this.#defaults.open(kind, name ?? '', from, place, line);
    this.#section = { kind: 'proxy', draft };
    // A header without a usable name still opens a section, so that its lines are not said to stand outside.
    if (kind !== 'defaults' && name !== null) this.#proxies.push({ draft, place });
  }

  // --- Statements ----------------------------------------------------------------------------------------

  #readGlobal(line: Line): void {
    const entry = findEntry(line, GLOBAL_KEYWORDS, 'global');
    if (entry === null || !mayNegate(line, entry)) return;
    if (entry.state === 'supported') {
      entry.read(line, this.#global);
      line.end();
      this.#global.said.set(entry.keyword, line.lastPlace());
    } else {
      answer(line, entry, 'global');
    }
  }

  #readProxy(line: Line, draft: ProxyDraft): void {
    if (draft.disabled && draft.kind !== 'defaults') line.excuse(draft.excused);
    const entry = findEntry(line, PROXY_KEYWORDS, draft.kind);
    if (entry === null || !mayNegate(line, entry)) return;
    if (entry.state === 'unsupported' || entry.state === 'removed') return answer(line, entry, draft.kind);
    if (!mayStandIn(line, entry, draft)) return;
    if (entry.state === 'http-only') return noteHttpUse(line, entry, entry.needsHttp, draft);
    if (entry.state === 'no-effect') return answer(line, entry, draft.kind);
    entry.read(line, draft);
    line.end();
    if (entry.needsHttp !== undefined) noteHttpUse(line, entry, entry.needsHttp, draft);
    draft.said.set(entry.keyword, line.lastPlace());
    draft.own.add(entry.keyword);
  }
}

function takeSectionName(line: Line, kind: ProxyDraft['kind']): string | null {
  if (
    kind === 'defaults' &&
    (line.peek() === undefined || (line.peek() === 'from' && line.peek(1) !== undefined))
  ) {
    return '';
  }
  const name = line.take('a name');
  const bad = name === null ? null : badNameCharacter(name);
  if (name === null || bad === null) return name;
  const message = `character '${bad}' is not permitted in ${kind} name '${shown(name)}'`;
  line.alert('invalid-name', message, 'letters, digits, and any of _ - . :');
  return null;
}

function takeFrom(line: Line, kind: ProxyDraft['kind']): string | null {
  if (line.peek() === 'from') {
    line.takeOptional();
    return line.take("the name of a defaults section after 'from'");
  }
  const address = line.takeOptional();
  if (address !== undefined) {
    const hint = kind === 'listen' ? `write 'bind ${shown(address)}' on a line of its own` : null;
    line.alert(
      'unexpected-argument',
      `'${kind}' cannot handle unexpected argument '${shown(address)}'`,
      hint,
    );
    line.skipRest();
  }
  return null;
}

const LIST_HINT = 'docs/manual/keywords.md lists them all';

/** The statement's row, its words taken; null after an alert. */
function findEntry<T>(line: Line, table: KeywordTable<T>, section: string): Entry<T> | null {
  const words = [line.peek() ?? '', line.peek(1), line.peek(2)].filter((word) => word !== undefined);
  const found = table.find(words);
  if (found !== null) {
    line.takeKeyword(found.length);
    line.usage = usageOf(found.entry);
    return found.entry;
  }
  const [first = '', second] = words;
  const family = table.family(first);
  if (family.length === 0) {
    line.takeKeyword(1);
    const message = `unknown keyword '${shown(first)}' in '${section}' section`;
    line.alert(
      'unknown-keyword',
      message,
      elsewhere(first, section) ?? didYouMean(first, table.names) ?? LIST_HINT,
    );
  } else if (second === undefined) {
    line.takeKeyword(1);
    line.alert('missing-argument', `'${first}' expects another word`, `e.g. '${family[0] ?? ''}'`);
  } else {
    line.takeKeyword(2);
    const message = `unknown keyword '${first} ${shown(second)}' in '${section}' section`;
    line.alert('unknown-keyword', message, didYouMean(`${first} ${second}`, family) ?? LIST_HINT);
  }
  return null;
}

/** A word of the other kind of section is better explained by its place than by its spelling. */
function elsewhere(word: string, section: string): string | null {
  if (section === 'global')
    return PROXY_KEYWORDS.find([word]) === null ? null : `'${word}' belongs into a proxy section`;
  return GLOBAL_KEYWORDS.find([word]) === null ? null : `'${word}' belongs into 'global'`;
}

function mayNegate<T>(line: Line, entry: Entry<T>): boolean {
  if (line.prefix === null || entry.negatable === true) return true;
  line.alert(
    'prefix-not-supported',
    `'${line.prefix}' is not supported in front of '${entry.keyword}'`,
    'remove it',
  );
  return false;
}

/** Reference 1.10: a keyword of the other side is ignored with a warning, a few stop the start. */
function mayStandIn(line: Line, entry: Entry<ProxyDraft>, draft: ProxyDraft): boolean {
  const sections = entry.sections ?? 'DFLB';
  const { kind } = draft;
  const letter = { defaults: 'D', frontend: 'F', listen: 'L', backend: 'B' }[kind];
  if (sections.includes(letter)) return true;
  const name = `'${entry.keyword}'`;
  if (kind === 'defaults') {
    line.alert(
      'keyword-in-wrong-section',
      `${name} is not allowed in a 'defaults' section`,
      'move it into the proxies',
    );
    return false;
  }
  const lacks = hasFrontend(kind) && !hasBackend(kind) ? 'backend' : 'frontend';
  const why = `because ${kind} '${draft.name}' has no ${lacks} capability`;
  const hint =
    { maxconn: "maybe you want 'fullconn'?", fullconn: "maybe you want 'maxconn'?" }[entry.keyword] ?? null;
  if (entry.strictSection === true)
    line.alert('keyword-in-wrong-section', `${name} is not allowed ${why}`, hint ?? `move it to a ${lacks}`);
  else line.warning('keyword-in-wrong-section', `${name} is ignored ${why}`, hint ?? `move it to a ${lacks}`);
  return false;
}

/** A proxy's mode may be said below: what becomes of this is known when the section is complete (`inherit.ts`). */
function noteHttpUse(
  line: Line,
  entry: Entry<ProxyDraft>,
  severity: 'warning' | 'notice',
  draft: ProxyDraft,
): void {
  const instead = entry.state === 'http-only' ? entry.instead : null;
  // A block of `stats` lines is one thing that is ignored.
  const keyword = instead === null && entry.keyword.startsWith('stats ') ? 'stats' : entry.keyword;
  const others = draft.httpOnly.filter((use) => use.keyword !== keyword);
  const before = draft.httpOnly.find((use) => use.keyword === keyword && !use.inherited);
  if (line.prefix !== null) draft.httpOnly = others;
  else if (before === undefined)
    draft.httpOnly = [...others, { keyword, place: keywordPlace(line), severity, instead, inherited: false }];
}

/** The last word of the keyword: the `httpclose` of `option httpclose`. */
function keywordPlace(line: Line): Place {
  const start = line.prefix === null ? 0 : 1;
  return placeOf(line.statement, start + line.keyword.split(' ').length - 1);
}

function answer<T>(line: Line, entry: Exclude<Entry<T>, { state: 'supported' }>, section: string): void {
  const name = `'${entry.keyword}'`;
  switch (entry.state) {
    case 'no-effect': {
      const place = line.lastPlace();
      if (entry.check === undefined) takeArguments(line, entry.args);
      else entry.check(line);
      line.end();
      if (line.faulty) return;
      const message = `${name} has no effect: ${entry.why}`;
      if (entry.severity === 'warning') line.warning('no-effect', message, null, place);
      else line.notice('no-effect', message, null, place);
      break;
    }
    case 'unsupported':
      line.alert('unsupported-keyword', `${name} is not supported in this version`, entry.instead);
      break;
    case 'removed':
      line.alert(
        'removed-keyword',
        `${name} is no keyword of a '${section}' section any more`,
        entry.instead,
      );
      break;
    case 'http-only':
      line.alert('unsupported-keyword', `${name} is not supported in mode http`, entry.instead);
      break;
  }
}

function readOther(line: Line, section: OtherSection): void {
  const word = line.peek() ?? '';
  if (section.keywords.includes(word) || line.prefix !== null) return;
  line.takeKeyword(1);
  const message = `unknown keyword '${shown(word)}' in '${section.name}' section`;
  line.alert(
    'unknown-keyword',
    message,
    didYouMean(word, section.keywords) ?? `it may hold ${section.keywords.join(', ')}`,
  );
}

function outsideHint(word: string): string {
  return didYouMean(word, SECTION_NAMES) ?? "begin with a section, e.g. 'global' or 'listen NAME'";
}
