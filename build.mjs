// Builds the bundles of dist/ with esbuild. Runs in `npm ci` (script `prepare`), so it must work under Node 20.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';

import { build } from 'esbuild';

const production = process.argv.includes('--production');
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};
const shared = {
  bundle: true,
  platform: 'node',
  sourcemap: production ? false : 'linked',
  minify: production,
  logLevel: 'warning',
  legalComments: 'none',
};
const esm = { ...shared, format: 'esm', target: 'node22', external: ['node-llama-cpp', 'vscode'], banner };

const bundles = [
  { ...esm, entryPoints: { cli: 'src/cli/main.ts' }, outdir: 'dist', outExtension: { '.js': '.mjs' } },
  { ...esm, entryPoints: { daemon: 'src/daemon/main.ts' }, outdir: 'dist', outExtension: { '.js': '.mjs' } },
  {
    ...shared,
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    entryPoints: { extension: 'src/extension/extension.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
  },
];

if (existsSync('src')) {
  await rm('dist', { recursive: true, force: true });
  await Promise.all(
    bundles
      .filter((bundle) => Object.values(bundle.entryPoints).every((file) => existsSync(file)))
      .map((bundle) => build(bundle)),
  );
}
