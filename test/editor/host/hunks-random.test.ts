import assert from 'node:assert/strict';

import fc from 'fast-check';
import * as vscode from 'vscode';

import type { ProposalView } from '../../../src/protocol/index.ts';
import { Desk } from '../../support/editor/host/desk.ts';

/** Sequences of steps, each on a file of its own with this many hunks. */
const sequences = 50;
const hunksEach = 4;
const seed = 20_261;

/** What a person may do next. `at` chooses a hunk or a line among those that there are. */
type Step =
  | { readonly kind: 'accept' | 'reject'; readonly at: number; readonly by: 'gutter' | 'keyboard' }
  | { readonly kind: 'type'; readonly at: number; readonly word: string }
  | { readonly kind: 'undo' }
  | { readonly kind: 'save' }
  | { readonly kind: 'outside'; readonly at: number }
  | { readonly kind: 'stop' };

const at = fc.nat({ max: 1_000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('accept', 'reject'),
      at,
      by: fc.constantFrom('gutter', 'keyboard'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('type'), at, word: fc.constantFrom('x', 'yy', 'z\nz') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('undo') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('save') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('outside'), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop') }) },
) as fc.Arbitrary<Step>;
const steps = fc.sample(fc.array(step, { minLength: 3, maxLength: 8 }), { seed, numRuns: sequences });

/** Kinds of hunks: lines replaced, put in, and taken out; `n` makes them all different. */
const kinds = [
  { before: (n: string) => `old ${n}\n`, after: (n: string) => `new ${n}\n` },
  { before: (_: string) => '', after: (n: string) => `added ${n}\nadded too ${n}\n` },
  { before: (n: string) => `goes ${n}\ngoes too ${n}\n`, after: (_: string) => '' },
  { before: (n: string) => `one ${n}\n`, after: (n: string) => `uno ${n}\ntwo ${n}\nthree ${n}\n` },
] as const;

/**
 * What a file must hold, by pieces: keeps of the person's own lines, and hunks as proposed or as they were. Nothing else knows
 * how the product follows hunks: the model only concatenates.
 */
class Expected {
  readonly pieces: (string | { readonly id: number; readonly before: string; readonly after: string })[] = [];
  readonly state: ('open' | 'accepted' | 'rejected' | 'waiting' | 'conflicted')[] = [];
  /** Hunks beside whose lines the person typed: once out, they are not brought in again by guessing. */
  readonly #touched = new Set<number>();
  /** Decisions in their order, newest last. */
  readonly decisions: number[] = [];

  constructor(name: string) {
    for (let n = 0; n < hunksEach; n += 1) {
      const kind = kinds[(n + name.length) % kinds.length] ?? kinds[0];
      this.pieces.push(`${name} line ${n} a\n${name} line ${n} b\n${name} line ${n} c\n`);
      this.pieces.push({ id: n, before: kind.before(`${name} ${n}`), after: kind.after(`${name} ${n}`) });
      this.state.push('open');
    }
    this.pieces.push(`${name} end a\n${name} end b\n${name} end c`);
  }

  text(of: (state: Expected['state'][number]) => 'before' | 'after'): string {
    return this.pieces
      .map((piece) => (typeof piece === 'string' ? piece : piece[of(this.state[piece.id] ?? 'open')]))
      .join('');
  }

  get now(): string {
    return this.text((state) => (state === 'open' || state === 'accepted' ? 'after' : 'before'));
  }

  /** Without what is undecided. */
  get original(): string {
    return this.text((state) => (state === 'accepted' ? 'after' : 'before'));
  }

  get open(): number[] {
    return this.state.flatMap((state, id) => (state === 'open' ? [id] : []));
  }

  /** Puts a word into a line of the person and returns its offset in the text. */
  type(at: number, word: string): number {
    const own = this.pieces.flatMap((piece, i) => (typeof piece === 'string' ? [i] : []));
    const index = own[at % own.length] ?? 0;
    const piece = this.pieces[index];
    if (typeof piece !== 'string') throw new Error('not a piece of the person');
    const offset = this.pieces.slice(0, index).reduce((sum, one) => sum + this.#lengthNow(one), 0);
    const lines = piece.split('\n');
    const line = at % 3;
    const within = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + 1;
    this.pieces[index] = piece.slice(0, within) + word + piece.slice(within);
    // Three lines when nothing was typed yet; what is typed in the first or the last is beside a hunk.
    if (line === 0) this.#touched.add(index / 2 - 1);
    if (line >= lines.filter((one) => one !== '').length - 1) this.#touched.add(index / 2);
    return offset + within;
  }

  /** The review stops and begins again. */
  again(): void {
    for (const id of this.#waiting()) this.state[id] = this.#touched.has(id) ? 'conflicted' : 'open';
  }

  stop(): void {
    for (const id of this.open) this.state[id] = 'waiting';
  }

  #waiting(): number[] {
    return this.state.flatMap((state, id) => (state === 'waiting' ? [id] : []));
  }

  #lengthNow(piece: Expected['pieces'][number]): number {
    if (typeof piece === 'string') return piece.length;
    const state = this.state[piece.id];
    return (state === 'open' || state === 'accepted' ? piece.after : piece.before).length;
  }
}

describe('random decisions in the editor', function () {
  // To stop and to begin again are 50 files each.
  this.timeout(120_000);
  let desk: Desk;
  let proposal: ProposalView;
  const files = Array.from({ length: sequences }, (_, n) => `random/f${n}.txt`);
  const expected = new Map(files.map((path) => [path, new Expected(path.slice(7, -4))]));

  before(async () => {
    desk = await Desk.open();
    const pairs = files.map((path) => {
      const model = expected.get(path) ?? assert.fail();
      desk.write(path, model.original);
      return [path, [model.original, model.now]] as const;
    });
    proposal = await desk.propose(Object.fromEntries(pairs));
  });
  after(() => desk.dispose());

  it('begins with a proposal of 50 files', async () => {
    await desk.reviewInPlace(proposal);
    for (const path of files) assert.equal(desk.disk(path), expected.get(path)?.now);
  });

  for (const [n, path] of files.entries()) {
    const list = steps[n] ?? [];
    it(`${n}: ${list.map(({ kind }) => kind).join(', ')}`, async () => {
      const model = expected.get(path) ?? assert.fail();
      for (const one of list) {
        await act(one, path, model);
        await desk.untilShown(path, model.now, `the text after ${one.kind}`);
        if (model.open.length > 0)
          assert.equal(await desk.base(path), model.original, `the base after ${one.kind}`);
        assert.deepEqual(await states(path), model.state, `the states after ${one.kind}`);
      }
      await desk.save(path);
      assert.equal(desk.disk(path), model.now);
    });
  }

  async function states(path: string): Promise<string[]> {
    await desk.api.reviewing.files.flush();
    const { files: all } = await desk.proposal(proposal.id);
    return all.find((one) => one.path === path)?.hunks.map(({ state }) => state) ?? [];
  }

  async function act(one: Step, path: string, model: Expected): Promise<void> {
    switch (one.kind) {
      case 'accept':
      case 'reject': {
        const id = model.open[one.at % Math.max(1, model.open.length)];
        if (id === undefined) return;
        const nth = model.open.indexOf(id);
        if (one.by === 'gutter') await desk.gutter(path, one.kind, nth);
        else await desk.keyboardOn(path, one.kind, nth);
        model.state[id] = one.kind === 'accept' ? 'accepted' : 'rejected';
        model.decisions.push(id);
        return;
      }
      case 'type': {
        const offset = model.type(one.at, one.word);
        const editor = await desk.show(path);
        await editor.edit((edit) => edit.insert(editor.document.positionAt(offset), one.word));
        return;
      }
      case 'undo': {
        const id = model.decisions.pop();
        if (id === undefined) return;
        await vscode.commands.executeCommand('pantheon.hunk.undo');
        model.state[id] = 'open';
        return;
      }
      case 'save':
        await desk.show(path);
        await desk.save(path);
        return;
      case 'outside': {
        // Another program writes only what is saved, or the editor would keep its own text.
        await desk.show(path);
        await desk.save(path);
        model.type(one.at, ' from outside');
        desk.write(path, model.now);
        await desk.untilShown(path, model.now);
        return;
      }
      case 'stop': {
        await desk.stop(proposal);
        model.stop();
        await desk.untilShown(path, model.now, 'the text after stopping');
        await desk.reviewInPlace(proposal);
        model.again();
      }
    }
  }
});
