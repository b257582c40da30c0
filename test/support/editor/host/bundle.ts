import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { build, type Plugin } from 'esbuild';

const root = resolve(import.meta.dirname, '..', '..', '..', '..');

/**
 * Bundles one spec for the extension host. It lies inside the extension's folder, so its `vscode` is the very object that
 * the extension has, and its `mocha` is the repository's. Returns the bundle's path.
 */
export async function bundleSpec(spec: string, name: string): Promise<string> {
  const outfile = join(root, 'out', 'host', `${name}.cjs`);
  await build({
    stdin: {
      contents: `import { runInHost } from './test/support/editor/host/run-in-host.ts';
        export const run = () => runInHost(() => import(${JSON.stringify(spec)}));`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'node-llama-cpp'],
    logLevel: 'silent',
    plugins: [foldersOfSources],
  });
  return outfile;
}

/** A bundle has one place; sources that ask for theirs get the one they were written in. */
const foldersOfSources: Plugin = {
  name: 'folders of sources',
  setup: (bundle) => {
    bundle.onLoad({ filter: /[\\/](src|test)[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.filename', JSON.stringify(path))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    }));
  },
};
