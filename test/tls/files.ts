/** Certificates in files of a folder that is gone with the test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { makeTestCertificate } from '../check/certificates.ts';

export interface Folder {
  readonly path: string;
  /** Writes a file and gives its path. */
  readonly write: (name: string, text: string) => string;
  /** A certificate and its key in one file. */
  readonly certificate: (file: string, name: string) => Promise<string>;
}

export function folder(t: Test): Folder {
  const path = mkdtempSync(join(tmpdir(), 'sluice-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  const write = (name: string, text: string): string => {
    const file = join(path, name);
    writeFileSync(file, text);
    return file;
  };
  return {
    path,
    write,
    certificate: async (file, name) => {
      const { cert, key } = await makeTestCertificate(name);
      return write(file, `${cert}\n${key}`);
    },
  };
}
