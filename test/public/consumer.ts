/**
 * A program that has installed sluice: a folder of its own whose `node_modules` lead to this checkout and to what it depends on.
 * What is shipped is seen there (`dist`, through `exports`), not the sources.
 *
 * Not here: what such programs do (the tests beside this file).
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top folder of this checkout, with a final slash. */
export const ROOT = fileURLToPath(rootAbove(new URL('./', import.meta.url)));

function rootAbove(folder: URL): URL {
  return existsSync(new URL('package.json', folder)) && existsSync(new URL('lib', folder))
    ? folder
    : rootAbove(new URL('../', folder));
}

/** A file of the checkout as text. */
export function readText(path: string): Promise<string> {
  return readFile(join(ROOT, path), 'utf8');
}

/** How a program ended: its exit status (null: by a signal), and all it wrote. */
export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

const PATIENCE_MS = 30_000;

/** Runs a program to its end. */
export function runProgram(
  command: string,
  words: readonly string[],
  options: { readonly cwd: string; readonly environment?: Readonly<Record<string, string>> },
): Promise<Finished> {
  // An inherited TAP version would make `node:test` report to nobody, and colours would get into what is compared.
  const { TAP: _tap, FORCE_COLOR: _color, ...inherited } = process.env;
  const env = { ...inherited, NO_COLOR: '1', ...options.environment };
  return new Promise((resolve) => {
    // The test runner puts loaders of its own into the options of every Node it starts; a consumer has none.
    execFile(
      'env',
      ['-u', 'NODE_OPTIONS', command, ...words],
      { cwd: options.cwd, env, timeout: PATIENCE_MS },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, output: stdout + stderr });
      },
    );
  });
}

/** One such program's folder; `remove` when done. */
export class Consumer {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Consumer> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-consumer-'));
    const consumer = new Consumer(folder);
    await mkdir(join(folder, 'node_modules/@types'), { recursive: true });
    await symlink(ROOT, join(folder, 'node_modules/sluice'));
    for (const name of ['@types/node', 'prom-client', 'pino']) {
      await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
    }
    await consumer.write('package.json', '{ "name": "consumer", "private": true, "type": "module" }\n');
    return consumer;
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text);
  }

  /** Compiles `*.ts` and `*.mjs`, as strictly as can be, to `out/`. */
  async compile(): Promise<Finished> {
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023'],
      types: ['node'],
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      verbatimModuleSyntax: true,
      allowJs: true,
      checkJs: true,
      rootDir: '.',
      outDir: 'out',
    };
    await this.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts', '*.mjs'] }));
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    return await runProgram(process.execPath, [compiler, '-p', 'tsconfig.json'], { cwd: this.folder });
  }

  /** Runs a compiled file, e.g. `library.mjs`. */
  run(name: string): Promise<Finished> {
    return runProgram(process.execPath, [join('out', name)], { cwd: this.folder });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
