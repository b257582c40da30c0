import { writeFileSync } from 'node:fs';

import { diagnosticsPage } from '../../../src/spec/index.ts';

writeFileSync(new URL('../../../docs/diagnostics.md', import.meta.url), diagnosticsPage());
