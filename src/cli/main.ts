import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runCli } from './program.ts';

// The bundle lies in `dist/` of the installation.
const installationRoot = dirname(dirname(fileURLToPath(import.meta.url)));
process.exitCode = await runCli(process.argv.slice(2), installationRoot);
