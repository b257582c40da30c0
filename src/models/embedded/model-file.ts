import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { UserError } from '../../common/index.ts';
import { fullModelName } from '../model-name.ts';

/** A GGUF file that is served under a name. */
export interface ModelFile {
  readonly name: string;
  readonly path: string;
}

/** What a server says about a file in its lists. */
export interface ModelFileFacts {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** SHA-256 of the whole file. */
  readonly digest: string;
}

/** A file is served under its name without `.gguf`; one that is called `model.gguf` under the name of its folder. */
export function modelFileOf(path: string): ModelFile {
  const full = resolve(path);
  const own = basename(full).replace(/\.gguf$/i, '');
  return { name: own === 'model' ? basename(dirname(full)) : own, path: full };
}

/**
 * The models that come with the product: `<agents>/<agent>/*.gguf`, each folder's first file under the folder's name, so
 * that `agents/mender/model.gguf` is `mender`. A folder that is not there has none.
 */
export async function bundledModelFiles(agentsFolder: string): Promise<readonly ModelFile[]> {
  const folders = await readdir(agentsFolder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    folders
      .filter((each) => each.isDirectory())
      .map(async ({ name }) => {
        const folder = resolve(agentsFolder, name);
        const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.gguf')).sort();
        return files.map((file, index) => ({
          ...modelFileOf(join(folder, file)),
          ...(index === 0 ? { name } : {}),
        }));
      }),
  );
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Size and digest of model files; a digest is computed once for each (path, size, time). */
export class ModelFiles {
  readonly #files: readonly ModelFile[];
  readonly #digests = new Map<string, Promise<string>>();

  constructor(files: readonly ModelFile[]) {
    this.#files = files;
  }

  /** The files that can be read now; one that has gone is left out. */
  async list(): Promise<readonly ModelFileFacts[]> {
    const facts = await Promise.all(this.#files.map((file) => this.#factsOf(file)));
    return facts.filter((each) => each !== undefined);
  }

  /** The file of a name, `name:latest` included. */
  find(name: string): ModelFile | undefined {
    return this.#files.find((file) => fullModelName(file.name) === fullModelName(name));
  }

  async #factsOf(file: ModelFile): Promise<ModelFileFacts | undefined> {
    const { size, mtimeMs } = await stat(file.path).catch(() => ({ size: -1, mtimeMs: 0 }));
    if (size < 0) return undefined;
    const key = `${file.path}\n${size}\n${mtimeMs}`;
    const known = this.#digests.get(key) ?? digestOf(file.path);
    this.#digests.set(key, known);
    try {
      return { ...file, sizeBytes: size, modifiedMs: mtimeMs, digest: await known };
    } catch {
      this.#digests.delete(key);
      return undefined;
    }
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** Throws `UserError('model-file')` for a path that is not a GGUF file. */
export async function checkModelFile(file: ModelFile): Promise<void> {
  const head = Buffer.alloc(4);
  let position = 0;
  try {
    for await (const chunk of createReadStream(file.path, { end: 3 }))
      position += (chunk as Buffer).copy(head, position);
  } catch (error) {
    throw new UserError('model-file', `${file.path} cannot be read.`, 'Give the path of a GGUF file.', {
      cause: error,
    });
  }
  if (head.toString('latin1') !== 'GGUF') {
    throw new UserError('model-file', `${file.path} is not a GGUF file.`, 'Give the path of a GGUF file.');
  }
}
