/**
 * Code blocks of a Markdown page, so that what readers copy can be compiled and run.
 *
 * Not here: running them (`documents.test.ts`).
 */

/** One fenced block: its language as written behind the fence, and where it begins. */
export interface CodeBlock {
  readonly language: string;
  readonly line: number;
  readonly text: string;
}

/** Every fenced block of `page`, in order; throws if a fence is not closed. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { readonly language: string; readonly line: number; readonly lines: string[] } | null = null;
  for (const [index, line] of page.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line)?.[1];
    if (fence === undefined) open?.lines.push(line);
    else if (open === null) open = { language: fence.trim(), line: index + 1, lines: [] };
    else {
      blocks.push({ language: open.language, line: open.line, text: open.lines.join('\n') });
      open = null;
    }
  }
  if (open !== null) throw new Error(`the block that begins in line ${open.line} has no end`);
  return blocks;
}

/** All blocks in JavaScript or TypeScript, one after the other: one module. */
export function asOneModule(blocks: readonly CodeBlock[]): string {
  return blocks
    .filter(({ language }) => language === 'js' || language === 'ts')
    .map(({ line, text }) => `// line ${line}\n${text}\n`)
    .join('\n');
}
