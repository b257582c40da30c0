// Builds the bundles of dist/ with esbuild. Runs in `npm ci` (script `prepare`), so it must work under Node 20.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { build } from 'esbuild';

const production = process.argv.includes('--production');
const outdirAt = process.argv.indexOf('--outdir');
/** Where the bundles go. */
const outdir = outdirAt < 0 ? 'dist' : process.argv[outdirAt + 1];
/** A file for the list of sources that the bundles were made of, if one is wanted. */
const inputsAt = process.argv.indexOf('--inputs');
const inputsFile = inputsAt < 0 ? undefined : process.argv[inputsAt + 1];
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  sourcemap: production ? false : 'linked',
  minify: production,
  logLevel: 'warning',
  metafile: inputsFile !== undefined,
  legalComments: 'none',
  outdir,
};
const esm = {
  ...shared,
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  external: ['node-llama-cpp', 'vscode'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __bundle = import.meta.filename; const __bundleFolder = import.meta.dirname;",
  },
  // Packages written for CommonJS ask where they are; in a bundle that is the bundle.
  define: { __filename: '__bundle', __dirname: '__bundleFolder' },
};

/** Bundles by name: processes of their own. */
const processes = {
  cli: 'src/cli/main.ts',
  daemon: 'src/daemon/main.ts',
  embedded: 'src/models/embedded/main.ts',
  keeper: 'src/workspace/keeper/main.ts',
};
/** Files that run as they are, in whatever Node a project's tests use. */
const copied = { 'node-test-reporter.mjs': 'src/workspace/checks/node-test-reporter.mjs' };

/** Everything that decides what the product does, so that two builds can be told apart. */
function fingerprint() {
  const hash = createHash('sha256');
  const visit = (folder, name) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'training') visit(path, `${name}/${entry.name}`);
      } else if (!/\.(map|vsix)$|^build\.json$/.test(entry.name)) {
        hash.update(`${name}/${entry.name}\0`).update(readFileSync(path));
      }
    }
  };
  visit(outdir, 'dist');
  if (existsSync('agents')) visit('agents', 'agents');
  return hash.digest('hex');
}

function writeBuildInfo() {
  const file = join(outdir, 'build.json');
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const hash = fingerprint();
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  if (before.hash !== hash || before.version !== version) {
    writeFileSync(file, `${JSON.stringify({ version, hash, builtAt: Date.now() })}\n`);
  }
}

if (existsSync('src')) {
  await mkdir(outdir, { recursive: true });
  const present = Object.fromEntries(Object.entries(processes).filter(([, file]) => existsSync(file)));
  const jobs = [build({ ...esm, entryPoints: present })];
  if (existsSync('src/extension/extension.ts')) {
    jobs.push(
      build({
        ...shared,
        format: 'cjs',
        outExtension: { '.js': '.cjs' },
        external: ['vscode'],
        entryPoints: { extension: 'src/extension/extension.ts' },
      }),
    );
  }
  for (const [name, file] of Object.entries(copied)) {
    if (existsSync(file)) jobs.push(copyFile(file, join(outdir, name)));
  }
  const built = await Promise.all(jobs);
  if (inputsFile !== undefined) {
    const inputs = built.flatMap((result) => Object.keys(result?.metafile?.inputs ?? {}));
    writeFileSync(inputsFile, JSON.stringify([...new Set(inputs)].sort()));
  }
  const wanted = new Set([
    ...Object.keys(present).map((name) => `${name}.mjs`),
    'extension.cjs',
    ...Object.keys(copied),
  ]);
  for (const name of readdirSync(outdir)) {
    const base = name.replace(/\.map$/, '');
    if (/\.(mjs|cjs)$/.test(base) && !wanted.has(base)) await rm(join(outdir, name));
  }
  writeBuildInfo();
}
