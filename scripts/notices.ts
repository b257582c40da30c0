// The licences of all code of others in the package: of what the bundles contain, and of the packages beside them.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Notice {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly source: string;
  /** Texts of its licence and notice files. */
  readonly texts: readonly string[];
}

/** Compiled into the model server, whose package has only the licence of its wrapper. */
const llamaCpp = {
  name: 'llama.cpp and ggml',
  licence: 'MIT',
  source: 'https://github.com/ggml-org/llama.cpp',
  text: join(import.meta.dirname, 'licences', 'llama.cpp.txt'),
};

const wrapper = 'node-llama-cpp';

/** Folders of the packages whose code bundles contain. `inputs` are esbuild's, relative to `root`. */
export function bundledPackages(root: string, inputs: readonly string[]): readonly string[] {
  const names = inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].map((name) => join(root, name));
}

/** One text with every package of these folders once. Throws if one of them does not say under what licence it stands. */
export async function thirdPartyNotices(folders: readonly string[]): Promise<string> {
  const notices = new Map<string, Notice>();
  for (const folder of folders) {
    for (const notice of await noticesOf(folder)) notices.set(`${notice.name} ${notice.version}`, notice);
  }
  const sorted = [...notices.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return [
    'Pantheon contains code of the following projects. They keep their licences, which are given here in full.',
    '',
    ...sorted.map(({ name, version, licence }) => `  ${name} ${version} (${licence})`),
    ...sorted.flatMap(section),
    '',
  ].join('\n');
}

function section({ name, version, licence, source, texts }: Notice): string[] {
  const words = texts.length > 0 ? texts : [`Licence: ${licence}`];
  return [
    '',
    '-'.repeat(80),
    `${name} ${version}`,
    ...(source === '' ? [] : [source]),
    '',
    words.join('\n\n'),
  ];
}

async function noticesOf(folder: string): Promise<readonly Notice[]> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string | { readonly type: string };
    readonly repository?: string | { readonly url: string };
    readonly homepage?: string;
  };
  const { name, version, license, repository, homepage } = manifest;
  const licence = typeof license === 'object' ? license.type : license;
  const files = (await readdir(folder))
    .filter((file) => /^(licen[cs]e|copying|notice)(\b|[._-])/i.test(file))
    .toSorted();
  const texts = await Promise.all(
    files.map(async (file) => (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n').trim()),
  );
  if (licence === undefined) throw new Error(`${name} ${version} does not say under what licence it stands.`);
  const url = typeof repository === 'object' ? repository.url : (homepage ?? repository ?? '');
  const source = url.replace(/^git\+/, '').replace(/\.git$/, '');
  const own = { name, version, licence, source, texts };
  return name === wrapper ? [own, await nativePart(folder)] : [own];
}

async function nativePart(folder: string): Promise<Notice> {
  const { text, ...known } = llamaCpp;
  const info = join(folder, 'llama', 'llama.cpp.info.json');
  const { tag } = existsSync(info)
    ? (JSON.parse(await readFile(info, 'utf8')) as { readonly tag: string })
    : { tag: '' };
  return { ...known, version: tag, texts: [(await readFile(text, 'utf8')).trim()] };
}
