// `npm run package`: the extension as a VSIX in dist/, with the embedded model server for one platform.
//   --target T   linux-x64, darwin-arm64, darwin-x64, win32-x64 or win32-arm64; without it, this machine.
//                Another machine's model server is fetched from the package registry; this one's is already here.
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';

import { execa } from 'execa';

import { isRuntimeFile, linkTree, packageClosure } from '../src/client/runtime-files.ts';
import { bundledPackages, thirdPartyNotices } from './notices.ts';

const root = join(import.meta.dirname, '..');
const runtime = 'node-llama-cpp';
/** What each target's model server is called. Others have none that could be packed. */
const servers: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
};
const maxBytes = 60 * 1024 * 1024;
/** Files of packages that are read by people and compilers, not at run time. Licences stay. */
const unneeded =
  /(^|\/)(readme|changelog|history|contributing|\.github|\.[a-z]+rc(\.[a-z]+)?|tsconfig[^/]*\.json)(\.md|\.txt)?$|\.(ts|mts|cts|tsx|markdown)$|^node_modules\/node-llama-cpp\/(templates|llama\/(profiles|cmake|toolchains|addon))(\/|$)/i;

const here = `${process.platform}-${process.arch}`;
const { values } = parseArgs({ options: { target: { type: 'string', default: here } } });
const server = servers[values.target];
if (server === undefined) {
  say(`There is no model server for ${values.target}. Targets: ${Object.keys(servers).join(', ')}.`);
  process.exit(2);
}
const startedAt = Date.now();
const stage = await mkdtemp(join(tmpdir(), 'pantheon-package-'));
try {
  const { file, sizeBytes } = await makePackage(values.target, server);
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
  say(`${relative(root, file)}: ${(sizeBytes / 1024 / 1024).toFixed(1)} MB, in ${seconds} s`);
  if (sizeBytes > maxBytes) throw new Error('It is larger than the 60 MB that it may have.');
} finally {
  await rm(stage, { recursive: true, force: true });
}

async function makePackage(
  target: string,
  modelServer: string,
): Promise<{ file: string; sizeBytes: number }> {
  const packages = await putPackages(target === here ? root : await fetchPackages(target, modelServer));
  const inputs = join(stage, 'inputs.json');
  const build = ['build.mjs', '--production', '--outdir', join(stage, 'dist'), '--inputs', inputs];
  await execa(process.execPath, build, { cwd: root });
  const bundled = bundledPackages(root, JSON.parse(await readFile(inputs, 'utf8')) as string[]);
  await writeFile(join(stage, 'ThirdPartyNotices.txt'), await thirdPartyNotices([...bundled, ...packages]));
  for (const folder of ['agents', 'media', 'l10n'])
    await cp(join(root, folder), join(stage, folder), {
      recursive: true,
      filter: (path) => isRuntimeFile(path) && !path.endsWith('.test.ts'),
    });
  for (const file of ['LICENSE', 'CHANGELOG.md', '.vscodeignore', 'package.nls.json'])
    await cp(join(root, file), join(stage, file));
  await writeFile(join(stage, 'README.md'), await readmeWithPictures());
  const manifest = await packageJson();
  await writeFile(join(stage, 'package.json'), JSON.stringify(manifest, null, 2));
  const file = join(root, 'dist', `pantheon-${target}-${manifest.version}.vsix`);
  await mkdir(dirname(file), { recursive: true });
  await rm(file, { force: true });
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const args = ['package', '--target', target, '--out', file];
  const quiet = [
    '--skip-license',
    '--no-update-package-json',
    '--allow-missing-repository',
    // The pictures are in the page itself, which this step takes for paths.
    '--no-rewrite-relative-links',
  ];
  await execa(process.execPath, [vsce, ...args, ...quiet], { cwd: stage, stdin: 'ignore' });
  return { file, sizeBytes: (await stat(file)).size };
}

/** What the installed extension needs of package.json; nothing that only builds and tests. */
async function packageJson(): Promise<Readonly<Record<string, unknown>> & { readonly version: string }> {
  const all = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<string, unknown> & {
    version: string;
  };
  const left = [
    'files',
    'scripts',
    'devDependencies',
    'optionalDependencies',
    'overrides',
    'allowScripts',
    'private',
  ];
  const kept = Object.fromEntries(Object.entries(all).filter(([key]) => !left.includes(key)));
  return { ...kept, version: all.version };
}

/** Puts the runtime and all that it needs into the stage, without what only people and compilers read; returns their folders. */
async function putPackages(installed: string): Promise<readonly string[]> {
  const folders = await packageClosure(installed, runtime);
  for (const folder of folders) {
    await linkTree(folder, join(stage, relative(installed, folder)), (path) => {
      const within = relative(installed, path).replaceAll('\\', '/');
      return isRuntimeFile(path) && !unneeded.test(within);
    });
  }
  return folders;
}

/** Installs the runtime for another platform into a folder of its own; returns that folder. */
async function fetchPackages(target: string, modelServer: string): Promise<string> {
  const folder = join(stage, '.fetched');
  const [os = '', cpu = ''] = target.split('-');
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  const version = lock.packages[`node_modules/${runtime}`]?.version;
  if (version === undefined) throw new Error(`package-lock.json does not know ${runtime}.`);
  await mkdir(folder);
  const { overrides } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    overrides: Record<string, string>;
  };
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { [runtime]: version }, overrides }),
  );
  await execa(
    'npm',
    [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `--os=${os}`,
      `--cpu=${cpu}`,
      '--no-package-lock',
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await stat(join(folder, 'node_modules', '@node-llama-cpp', modelServer));
  return folder;
}

/** The extension's page with its pictures inside, so that it needs no host that serves them. */
async function readmeWithPictures(): Promise<string> {
  const page = join(root, 'docs', 'extension.md');
  const parts = (await readFile(page, 'utf8')).split(/(!\[[^\]]*\]\([^)]+\))/);
  return (
    await Promise.all(
      parts.map(async (part) => {
        const picture = /^!\[([^\]]*)\]\(([^)]+)\)$/.exec(part);
        if (picture === null) return part;
        const [, words = '', path = ''] = picture;
        const bytes = await readFile(join(dirname(page), path));
        return `![${words}](data:image/${extname(path).slice(1)};base64,${bytes.toString('base64')})`;
      }),
    )
  ).join('');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
