/**
 * The test files of a folder in this process, one after the other: `node together.js FOLDER`. They are small, and starting Node, tap and
 * what they import would take most of their time.
 *
 * Not here: which folders (`../all.ts`).
 */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = resolve(process.argv[2] ?? '.');
const files = readdirSync(folder).filter((name) => name.endsWith('.test.js'));
for (const name of files.toSorted()) await import(pathToFileURL(`${folder}/${name}`).href);
