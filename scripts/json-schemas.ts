// Writes the JSON Schemas of what the command line prints with --json to docs/json.
import { mkdirSync, writeFileSync } from 'node:fs';

import { documents, documentSchema, type DocumentKind } from '../src/protocol/index.ts';

const folder = new URL('../docs/json/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const kind of Object.keys(documents) as DocumentKind[])
  writeFileSync(new URL(`${kind}.schema.json`, folder), documentSchema(kind));
