import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runCli } from './program.ts';

// The bundle lies in `dist/` of the installation.
const installationRoot = dirname(dirname(fileURLToPath(import.meta.url)));
// Set by the launcher for this process alone: with compiled code of its own a test could report less precise coverage.
delete process.env['NODE_COMPILE_CACHE'];
process.exitCode = await runCli(process.argv.slice(2), installationRoot);
