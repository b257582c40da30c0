import { rm } from 'node:fs/promises';
import path from 'node:path';

import { UserError, type Disposable } from '../../common/index.ts';
import { foldersOf, pathProblem } from '../paths.ts';
import type { FileWrite, TreeChange, TreeEntry, TreeId, Trees } from '../types.ts';
import { splitZ } from './git.ts';
import { headFiles } from './head-files.ts';
import { mergeBytes } from './merge.ts';
import { ObjectReader } from './objects.ts';
import type { PrivateRepository } from './private-repository.ts';
import { takeSnapshot } from './snapshot.ts';

/** So many trees are kept as lists in memory; samples of one item differ from the same few trees. */
const KEPT_LISTS = 32;

type Entries = ReadonlyMap<string, TreeEntry>;

/** Trees in the private repository of one workspace. */
export class PrivateTrees implements Trees, Disposable {
  readonly #repository: PrivateRepository;
  readonly #root: string;
  readonly #hidden: string;
  readonly #objects: ObjectReader;
  readonly #lists = new Map<TreeId, Entries>();
  #lastSnapshot: Promise<unknown> = Promise.resolve();
  #scratchCount = 0;

  /** `hidden` is a folder that is never part of a tree, should it lie below `root`. */
  constructor(repository: PrivateRepository, root: string, hidden: string) {
    this.#repository = repository;
    this.#root = root;
    this.#hidden = hidden;
    this.#objects = new ObjectReader(repository);
  }

  dispose(): Promise<void> {
    return this.#objects.dispose();
  }

  async snapshot(signal: AbortSignal, overlay: readonly FileWrite[] = []) {
    // One at a time: they share the index that remembers what has been read.
    const turn = this.#lastSnapshot.then(() =>
      takeSnapshot(this.#root, this.#repository, this.#hidden, signal),
    );
    this.#lastSnapshot = turn.catch(() => {});
    const { tree, ...rest } = await turn;
    return { tree: await this.write(tree, overlay, signal), ...rest };
  }

  async list(tree: TreeId, signal: AbortSignal): Promise<readonly TreeEntry[]> {
    return [...(await this.#entries(tree, signal)).values()];
  }

  async read(tree: TreeId, file: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const entry = (await this.#entries(tree, signal)).get(file);
    return entry === undefined ? undefined : this.#objects.read(entry.blob);
  }

  async write(tree: TreeId, files: readonly FileWrite[], signal: AbortSignal): Promise<TreeId> {
    if (files.length === 0) return tree;
    const base = await this.#entries(tree, signal);
    for (const file of files) this.#refuse(base, files, file);
    const changes: (TreeEntry | string)[] = [];
    for (const file of files) {
      if (file.content === null) changes.push(file.path);
      else changes.push(await this.#writeBlob(base, file.path, file.content, signal));
    }
    return this.#apply(tree, base, changes, signal);
  }

  async merge(base: TreeId, ours: TreeId, theirs: TreeId, signal: AbortSignal) {
    if (ours === theirs || base === theirs) return { tree: ours, conflicts: [] };
    if (base === ours) return { tree: theirs, conflicts: [] };
    const [b, o, t] = await Promise.all([base, ours, theirs].map((tree) => this.#entries(tree, signal)));
    if (b === undefined || o === undefined || t === undefined) throw new Error('unreachable');
    const changes: (TreeEntry | string)[] = [];
    const conflicts: string[] = [];
    for (const file of new Set([...b.keys(), ...t.keys()])) {
      const merged = await this.#mergeEntry(b.get(file), o.get(file), t.get(file), signal);
      if (merged === 'conflict') conflicts.push(file);
      else if (merged === 'deleted') changes.push(file);
      else if (merged !== 'ours') changes.push(merged);
    }
    const stands = withoutFoldersAsFiles(o, changes, conflicts);
    return { tree: await this.#apply(ours, o, stands, signal), conflicts: conflicts.toSorted() };
  }

  async diff(from: TreeId, to: TreeId, signal: AbortSignal): Promise<readonly TreeChange[]> {
    if (from === to) return [];
    const output = splitZ(
      await this.#repository.git(['diff-tree', '-r', '-z', '-M', '--raw', from, to], signal),
    );
    const changes: TreeChange[] = [];
    for (let at = 0; at < output.length;) {
      const letter = output[at]?.split(' ')[4]?.[0];
      const first = output[at + 1] ?? '';
      const isRename = letter === 'R';
      if (isRename) changes.push({ kind: 'rename', from: first, path: output[at + 2] ?? '' });
      else changes.push({ kind: letter === 'A' ? 'add' : letter === 'D' ? 'delete' : 'edit', path: first });
      at += isRename ? 3 : 2;
    }
    return changes;
  }

  async head(tree: TreeId, signal: AbortSignal): Promise<TreeId | undefined> {
    const entries = await this.#entries(tree, signal);
    const files = await headFiles(this.#root, entries, (blob) => this.#objects.read(blob), signal);
    if (files === undefined) return undefined;
    const changes: (TreeEntry | string)[] = [];
    for (const { path: file, mode, content } of files) {
      changes.push(content === null ? file : { path: file, mode, blob: await this.#hash(content, signal) });
    }
    return this.#apply(tree, entries, changes, signal);
  }

  /** Decides one file of a merge. What only one side changed is that side's; modes are merged like contents. */
  async #mergeEntry(
    base: TreeEntry | undefined,
    ours: TreeEntry | undefined,
    theirs: TreeEntry | undefined,
    signal: AbortSignal,
  ): Promise<TreeEntry | 'ours' | 'deleted' | 'conflict'> {
    if (isSame(base, theirs) || isSame(ours, theirs)) return 'ours';
    if (isSame(base, ours)) return theirs ?? 'deleted';
    if (ours === undefined || theirs === undefined) return 'conflict';
    const mode = base?.mode === ours.mode ? theirs.mode : ours.mode;
    if (ours.blob === theirs.blob) return { ...ours, mode };
    if (base?.blob === theirs.blob) return { ...ours, mode };
    if (base?.blob === ours.blob) return { ...theirs, mode };
    if (base === undefined || [base, ours, theirs].some((entry) => entry.mode === '120000'))
      return 'conflict';
    const [b, o, t] = await Promise.all([base, ours, theirs].map((entry) => this.#objects.read(entry.blob)));
    const content = b && o && t ? mergeBytes(b, o, t) : undefined;
    if (content === undefined) return 'conflict';
    return { path: ours.path, mode, blob: await this.#hash(content, signal) };
  }

  async #writeBlob(
    base: Entries,
    file: string,
    content: Uint8Array,
    signal: AbortSignal,
  ): Promise<TreeEntry> {
    return { path: file, mode: base.get(file)?.mode ?? '100644', blob: await this.#hash(content, signal) };
  }

  async #hash(content: Uint8Array, signal: AbortSignal): Promise<string> {
    const args = ['hash-object', '-w', '--no-filters', '--stdin'];
    return (await this.#repository.git(args, signal, { input: content })).toString('latin1').trim();
  }

  /** Makes the tree that has these entries set and these paths removed. */
  async #apply(
    tree: TreeId,
    base: Entries,
    changes: readonly (TreeEntry | string)[],
    signal: AbortSignal,
  ): Promise<TreeId> {
    if (changes.length === 0) return tree;
    this.#scratchCount += 1;
    const index = path.join(this.#repository.dir, 'scratch', `index-${this.#scratchCount}`);
    const env = { GIT_INDEX_FILE: index };
    const zero = '0'.repeat(40);
    const removed = changes.filter((change) => typeof change === 'string');
    const set = changes.filter((change) => typeof change !== 'string');
    const input = [
      ...removed.map((file) => `0 ${zero}\t${file}\0`),
      ...set.map((entry) => `${entry.mode} ${entry.blob}\t${entry.path}\0`),
    ].join('');
    try {
      await this.#repository.git(['read-tree', tree], signal, { env });
      await this.#repository.git(['update-index', '-z', '--index-info'], signal, { env, input });
      const result = asTree(await this.#repository.git(['write-tree'], signal, { env }));
      const entries = new Map(base);
      for (const file of removed) entries.delete(file);
      for (const entry of set) entries.set(entry.path, entry);
      const isLonger = set.some((entry) => !base.has(entry.path));
      this.#keep(result, isLonger ? inGitOrder(entries) : entries);
      return result;
    } finally {
      await rm(index, { force: true });
    }
  }

  async #entries(tree: TreeId, signal: AbortSignal): Promise<Entries> {
    const kept = this.#lists.get(tree);
    if (kept !== undefined) {
      this.#keep(tree, kept);
      return kept;
    }
    const entries = new Map<string, TreeEntry>();
    for (const line of splitZ(
      await this.#repository.git(['ls-tree', '-r', '-z', '--full-tree', tree], signal),
    )) {
      const tab = line.indexOf('\t');
      const [mode, , blob = ''] = line.slice(0, tab).split(' ');
      const file = line.slice(tab + 1);
      entries.set(file, { path: file, mode: mode as TreeEntry['mode'], blob });
    }
    this.#keep(tree, entries);
    return entries;
  }

  #keep(tree: TreeId, entries: Entries): void {
    this.#lists.delete(tree);
    this.#lists.set(tree, entries);
    for (const oldest of this.#lists.keys()) {
      if (this.#lists.size <= KEPT_LISTS) break;
      this.#lists.delete(oldest);
    }
  }

  /** Throws `UserError` `path-refused` for a path that may not be written in this tree. */
  #refuse(base: Entries, files: readonly FileWrite[], file: FileWrite): void {
    const isDeleted = (name: string) => files.some((other) => other.path === name && other.content === null);
    const problem =
      pathProblem(file.path) ?? placeProblem(base, file, isDeleted, this.#repository.ignoreCase);
    if (problem === undefined) return;
    throw new UserError(
      'path-refused',
      `The path ${JSON.stringify(file.path)} may not be written: ${problem}.`,
      'Name a file inside the workspace by a relative path with "/".',
      { exitCode: 1 },
    );
  }
}

/** Why this path has no place in the tree: something on the way is no folder, or a folder has its name. */
function placeProblem(
  base: Entries,
  file: FileWrite,
  isDeleted: (name: string) => boolean,
  ignoreCase: boolean,
): string | undefined {
  if (base.get(file.path)?.mode === '120000' && file.content !== null) return 'it is a symlink';
  for (const folder of foldersOf(file.path)) {
    const entry = base.get(folder);
    if (entry === undefined || isDeleted(folder)) continue;
    return entry.mode === '120000' ? `it leads through the symlink ${folder}` : `${folder} is a file`;
  }
  if (file.content === null || base.has(file.path)) return undefined;
  const key = ignoreCase ? file.path.toLowerCase() : undefined;
  for (const name of base.keys()) {
    if (name.startsWith(`${file.path}/`) && !isDeleted(name)) return 'it is a folder';
    if (key === undefined || isDeleted(name)) continue;
    if (isCaseClash(name, file.path)) return `it differs from ${name} only by case`;
  }
  return undefined;
}

/** True if some folder or the file itself has the same name but for case. */
function isCaseClash(existing: string, added: string): boolean {
  const [left, right] = [existing.split('/'), added.split('/')];
  for (let depth = 0; depth < Math.min(left.length, right.length); depth += 1) {
    if (left[depth] === right[depth]) continue;
    return left[depth]?.toLowerCase() === right[depth]?.toLowerCase();
  }
  return false;
}

/** Takes out of a merge what would put a file where the other side has a folder; those paths become conflicts. */
function withoutFoldersAsFiles(
  ours: Entries,
  changes: readonly (TreeEntry | string)[],
  conflicts: string[],
): (TreeEntry | string)[] {
  const removed = new Set(changes.filter((change) => typeof change === 'string'));
  const folders = new Set([...ours.keys()].filter((file) => !removed.has(file)).flatMap(foldersOf));
  return changes.filter((change) => {
    if (typeof change === 'string') return true;
    const isBlocked =
      folders.has(change.path) ||
      foldersOf(change.path).some((folder) => ours.has(folder) && !removed.has(folder));
    if (isBlocked) conflicts.push(change.path);
    return !isBlocked;
  });
}

function isSame(a: TreeEntry | undefined, b: TreeEntry | undefined): boolean {
  return a?.blob === b?.blob && a?.mode === b?.mode;
}

/** As git lists a tree: by the bytes of the whole path. */
function inGitOrder(entries: Entries): Entries {
  const keyed = [...entries].map(([file, entry]) => ({ key: Buffer.from(file), file, entry }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  return new Map(keyed.map(({ file, entry }) => [file, entry]));
}

function asTree(output: Buffer): TreeId {
  return output.toString('latin1').trim() as TreeId;
}
