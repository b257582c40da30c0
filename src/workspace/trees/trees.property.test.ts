import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import fc from 'fast-check';

import { removeFolder, temporaryFolder, writeFiles } from '../testing/fixture.ts';
import type { FileWrite, TreeId } from '../types.ts';
import { openPrivateRepository } from './private-repository.ts';
import { PrivateTrees } from './trees.ts';

const signal = new AbortController().signal;

/** Names that file systems take but careless code does not. No name is the start of another folder's name here. */
const folder = fc.constantFrom('', 'src/', 'größe ü/', 'a b\nc/', '-x/', 'deep/er/', ':(glob)/', '日本/');
const name = fc.constantFrom(
  'a.js',
  'Übung.txt',
  'two words',
  'line\nfeed',
  '--help',
  '"quoted"',
  "it's",
  'ta\tb',
  '*.js',
  'e\u0301',
);
const content = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(
      fc.constantFrom('', '\uFEFF'),
      fc.array(fc.constantFrom('a', 'b', '', '$Id$', 'é'), { maxLength: 12 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
    )
    .map(([bom, lines, end, closed]) =>
      new TextEncoder().encode(bom + lines.join(end) + (closed ? end : '')),
    ),
);
const files = fc.dictionary(
  fc.tuple(folder, name).map(([dir, file]) => dir + file),
  fc.record({ content, executable: fc.boolean() }),
  { maxKeys: 8 },
);

describe('trees, for all files', function () {
  this.timeout(120_000);
  let base: string;
  let root: string;
  let trees: PrivateTrees;
  beforeEach(async () => {
    base = temporaryFolder();
    root = path.join(base, 'w');
    mkdirSync(root);
    const repository = await openPrivateRepository(path.join(base, 'home', 'r'), root, signal);
    trees = new PrivateTrees(repository, root, path.join(base, 'home'));
  });
  afterEach(async () => {
    await trees.dispose();
    removeFolder(base);
  });

  async function contents(tree: TreeId): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const entry of await trees.list(tree, signal)) {
      const content = (await trees.read(tree, entry.path, signal)) ?? new Uint8Array();
      found[entry.path] = `${entry.mode} ${Buffer.from(content).toString('latin1')}`;
    }
    return found;
  }
  const plain = (state: Record<string, { content: Uint8Array; executable: boolean }>) =>
    Object.fromEntries(
      Object.entries(state)
        .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        .map(([file, at]) => [
          file,
          `${at.executable ? '100755' : '100644'} ${Buffer.from(at.content).toString('latin1')}`,
        ]),
    );

  it('a snapshot holds exactly what is on disk, whatever was there before', () =>
    fc.assert(
      fc.asyncProperty(files, async (state) => {
        rmSync(root, { recursive: true });
        mkdirSync(root);
        for (const [file, at] of Object.entries(state)) {
          writeFiles(root, { [file]: at.content });
          chmodSync(path.join(root, file), at.executable ? 0o755 : 0o644);
        }
        const { tree, notes } = await trees.snapshot(signal);
        assert.deepEqual(notes, []);
        assert.deepEqual(await contents(tree), plain(state));
      }),
      { numRuns: 25 },
    ));

  it('write, diff and merge agree: changes of different files always join, in either order', () =>
    fc.assert(
      fc.asyncProperty(
        files,
        fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
        content,
        async (state, choices, fresh) => {
          rmSync(root, { recursive: true });
          mkdirSync(root);
          for (const [file, at] of Object.entries(state)) writeFiles(root, { [file]: at.content });
          const { tree } = await trees.snapshot(signal);
          const sides: FileWrite[][] = [[], []];
          const safe = Object.keys(state).filter((file) => !/["\n\t*]|:\(/.test(file));
          for (const file of safe) {
            const choice = choices.next().value;
            if (choice < 2)
              sides[choice]?.push({ path: file, content: file.length % 2 === 0 ? null : fresh });
          }
          sides[0]?.push({ path: 'added one', content: fresh });
          const [ours, theirs] = await Promise.all(sides.map((side) => trees.write(tree, side, signal)));
          assert.ok(ours !== undefined && theirs !== undefined);
          const there = await trees.merge(tree, ours, theirs, signal);
          const back = await trees.merge(tree, theirs, ours, signal);
          assert.deepEqual(there.conflicts, []);
          assert.equal(there.tree, back.tree);
          const expected = await contents(tree);
          for (const write of sides.flat()) {
            if (write.content === null) delete expected[write.path];
            else expected[write.path] = `100644 ${Buffer.from(write.content).toString('latin1')}`;
          }
          const found = await contents(there.tree);
          assert.deepEqual(
            found,
            Object.fromEntries(Object.keys(found).map((file) => [file, expected[file]])),
          );
          assert.equal(Object.keys(found).length, Object.keys(expected).length);
          const renamed = (await trees.diff(tree, there.tree, signal)).flatMap((change) =>
            change.from === undefined ? [change.path] : [change.path, change.from],
          );
          assert.deepEqual(
            renamed.toSorted(),
            sides
              .flat()
              .filter((write) => write.content === null || expected[write.path] !== before(state, write.path))
              .map((write) => write.path)
              .toSorted(),
          );
        },
      ),
      { numRuns: 25 },
    ));
});

function before(state: Record<string, { content: Uint8Array }>, file: string): string | undefined {
  const at = state[file];
  return at === undefined ? undefined : `100644 ${Buffer.from(at.content).toString('latin1')}`;
}
