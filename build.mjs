// Builds the bundles of dist/ with esbuild. Runs in `npm ci` (script `prepare`), so it must work under Node 20.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { build } from 'esbuild';

const production = process.argv.includes('--production');
const outdirAt = process.argv.indexOf('--outdir');
/** Where the bundles go. */
const outdir = outdirAt < 0 ? 'dist' : process.argv[outdirAt + 1];
/** A file for the list of sources that the bundles were made of, if one is wanted. */
const inputsAt = process.argv.indexOf('--inputs');
const inputsFile = inputsAt < 0 ? undefined : process.argv[inputsAt + 1];
/**
 * Packages whose code runs at their first use instead of at the start of every process, with what is imported of them. Few
 * commands need them, and they cost the background runner a sixth of its memory.
 */
const atFirstUse = {
  '@babel/parser': ['parse'],
  'ajv/dist/2020.js': ['Ajv2020'],
  'fast-xml-parser': ['XMLParser'],
  re2js: ['RE2JS'],
};
const lazyPackages = {
  name: 'lazy-packages',
  setup({ onResolve, onLoad }) {
    const named = new RegExp(`^(${Object.keys(atFirstUse).join('|')})$`);
    onResolve({ filter: named }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'lazy' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({
      contents: `
        let found;
        const get = (name) => (found ??= require(${JSON.stringify(path)}))[name];
        const lazy = (name) => new Proxy(function () {}, {
          get: (_, key) => Reflect.get(get(name), key),
          apply: (_, self, given) => Reflect.apply(get(name), self, given),
          construct: (_, given) => Reflect.construct(get(name), given),
        });
        ${atFirstUse[path].map((name) => `export const ${name} = lazy('${name}');`).join('\n')}`,
      resolveDir: process.cwd(),
    }));
  },
};
/** A bundle of ASCII alone is kept in memory in one byte for each character, any other in two. */
const asciiPackages = {
  name: 'ascii-packages',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[\\/].*\.[mc]?js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const escaped = text.replace(
        /[^\0-\x7f]/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
      return escaped === text ? undefined : { contents: escaped, loader: 'js' };
    });
  },
};
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  sourcemap: production ? false : 'linked',
  // Names stay in a build of a clone, so that a stack can be read; white space and comments are a third of the text.
  minifyWhitespace: true,
  minifySyntax: true,
  minifyIdentifiers: production,
  logLevel: 'warning',
  metafile: inputsFile !== undefined,
  legalComments: 'none',
  outdir,
  plugins: [lazyPackages, asciiPackages],
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
