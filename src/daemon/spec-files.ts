import { existsSync, readFileSync } from 'node:fs';
import * as disk from 'node:fs/promises';

import { loadSpecs, readSpecFiles, type SpecPlaces, type SpecSet } from '../spec/index.ts';

/** Reads every agent, flow and settings file that counts for a workspace and compiles them. */
export async function readSpecs(places: SpecPlaces): Promise<SpecSet> {
  return loadSpecs(await readSpecFiles(places, disk), { read: readIfThere });
}

/** Text of a file for the pure loader, which asks for schemas and the like by path. */
export function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
