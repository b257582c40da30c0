import { readFileSync } from 'node:fs';

/** All records of a file of JSON lines. */
export function readJsonLines<T>(path: string | URL): T[] {
  const text = readFileSync(path, 'utf8').trim();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as T);
}
