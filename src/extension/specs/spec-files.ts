import { existsSync, readFileSync } from 'node:fs';

import type { SpecLookup } from '../../spec/index.ts';

/** What a file refers to, read when it is asked for. */
export const lookup: SpecLookup = {
  read: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
};
