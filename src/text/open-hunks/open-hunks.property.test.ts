import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  applyEdit,
  applyEdits,
  changesBetween,
  decode,
  encode,
  withEnds,
  type Edit,
  type Encoding,
} from '../index.ts';
import {
  acceptHunk,
  bringIn,
  followEdits,
  followOutside,
  hunksAt,
  leaveIn,
  originalOf,
  rejectHunk,
  reviewedText,
  takeOut,
  undoDecision,
  type OpenHunk,
  type ReviewedText,
} from './index.ts';

type Step =
  | {
      readonly do: 'propose';
      readonly from: number;
      readonly changes: readonly (readonly [number, number, readonly string[]])[];
    }
  | {
      readonly do: 'type';
      readonly at: number;
      readonly length: number;
      readonly lines: number;
      readonly where: 'any' | 'inside' | 'edge';
    }
  | { readonly do: 'accept' | 'reject' | 'undo' | 'decide-line' | 'leave-in'; readonly pick: number }
  | { readonly do: 'stop' }
  | {
      readonly do: 'outside';
      readonly how: 'discard' | 'ends' | 'indent' | 'rewrite' | 'undo-last';
      readonly pick: number;
    };

const word = fc.constantFrom('a', 'b', 'c', 'x = 1', 'return ä', '}', '');
const pick = fc.nat(99);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('propose' as const),
      from: pick,
      changes: fc.array(fc.tuple(pick, fc.nat(2), fc.array(word, { maxLength: 2 })), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('type' as const),
      at: pick,
      length: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(6) }),
      lines: fc.nat(2),
      where: fc.constantFrom('any' as const, 'inside' as const, 'edge' as const),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'accept' as const,
        'reject' as const,
        'undo' as const,
        'decide-line' as const,
        'leave-in' as const,
      ),
      pick,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('outside' as const),
      how: fc.constantFrom(
        'discard' as const,
        'ends' as const,
        'indent' as const,
        'rewrite' as const,
        'undo-last' as const,
      ),
      pick,
    }),
  },
);
const story = fc.record({
  lines: fc.array(word, { maxLength: 7 }),
  end: fc.constantFrom('\n', '\r\n', '\r'),
  lastEnd: fc.boolean(),
  mixed: fc.boolean(),
  encoding: fc.constantFrom<Encoding>('utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be'),
  steps: fc.array(step, { minLength: 2, maxLength: 14 }),
});

/** One file, its proposals and a person at it. Every step is checked against what must hold whatever happened before. */
class Desk {
  state: ReviewedText;
  readonly #end: string;
  readonly #bases: string[];
  #texts: string[] = [];
  /** What proposals move or remove, decisions may. */
  readonly #asked = new Set<string>();
  #typed = 0;
  #proposals = 0;

  constructor(text: string, end: string) {
    this.state = reviewedText(text);
    this.#bases = [text];
    this.#end = end;
  }

  take(step: Step): void {
    this.#texts.push(this.state.text);
    switch (step.do) {
      case 'propose':
        this.#propose(step.from, step.changes);
        break;
      case 'type':
        this.#type(step);
        break;
      case 'accept':
        this.#accept(this.#open(step.pick)?.id);
        break;
      case 'reject':
        this.#reject(this.#open(step.pick)?.id);
        break;
      case 'decide-line':
        this.#decideLine(step.pick);
        break;
      case 'undo':
        this.#undo(step.pick);
        break;
      case 'leave-in':
        this.#leaveIn(this.#open(step.pick)?.id);
        break;
      case 'stop':
        this.#stop();
        break;
      case 'outside':
        this.#outside(step.how, step.pick);
        break;
    }
    this.#bases.push(originalOf(this.state));
    checkLegal(this.state);
  }

  #open(pick: number): OpenHunk | undefined {
    return this.state.open[pick % Math.max(1, this.state.open.length)];
  }

  #propose(from: number, changes: readonly (readonly [number, number, readonly string[]])[]): void {
    const base = this.#bases[from % this.#bases.length] ?? '';
    const lines = base.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
    for (const [at, remove, add] of changes) {
      lines.splice(at % (lines.length + 1), remove, ...add.map((text) => text + this.#end));
    }
    const owner = `p${(this.#proposals += 1)}`;
    const hunks = changesBetween(base, lines.join('')).map(({ start, end, added }, i) => ({
      id: `${owner}.${i + 1}`,
      start,
      end,
      added,
    }));
    for (const { start, end: to, added } of hunks) {
      for (const token of (base.slice(start, to) + added).match(/⟦\d+⟧/g) ?? []) this.#asked.add(token);
    }
    const before = this.state;
    const result = bringIn(before, { owner, base, hunks });
    assert.equal(applyEdits(before.text, result.edits), result.state.text);
    if (result.opened.length + result.refused.length !== hunks.length) assert.fail('a hunk got lost');
    for (const id of result.opened) {
      const hunk = find(result.state, id);
      assert.equal(result.state.text.slice(hunk.start, hunk.end), hunk.added);
    }
    assert.equal(
      originalOf(result.state),
      originalOf(before),
      'what is brought in does not change the original',
    );
    if (base === originalOf(before) && before.open.length === 0) {
      assert.deepEqual(result.refused, []);
      assert.equal(result.state.text, lines.join(''), 'an unchanged file becomes what was proposed');
    }
    this.#keepsOthers(before, result.state);
    this.state = result.state;
  }

  #type(step: Step & { do: 'type' }): void {
    const { text, open } = this.state;
    const edit = this.#edit(step);
    const before = this.state;
    const { state } = followEdits(before, [edit]);
    assert.equal(state.text, applyEdit(text, edit));
    // Text that the person typed over and another program put back is no longer the person's: a place may lie in it.
    for (const { 0: token, index } of text.matchAll(/⟦\d+⟧/g))
      if (index < edit.end && edit.start < index + token.length) this.#asked.add(token);
    const outside = open.every(({ start, end }) => edit.start >= end || edit.end <= start);
    const inside = open.find(({ start, end }) => edit.start > start && edit.end < end);
    const reopened = state.open.some(({ id }) => !open.some((one) => one.id === id));
    if (outside && edit.text !== '' && !open.some(({ removed }) => removed === edit.text) && !reopened) {
      assert.equal(
        originalOf(state),
        applyEdit(originalOf(before), inOriginal(before, edit)),
        'typing outside changes both sides',
      );
      this.#keepsOthers(before, state);
    }
    if (inside !== undefined && !reopened && state.open.some(({ id }) => id === inside.id)) {
      assert.equal(originalOf(state), originalOf(before), 'typing inside belongs to the hunk');
    }
    this.state = state;
  }

  #edit({ at, length, lines, where }: Step & { do: 'type' }): Edit {
    const { text } = this.state;
    const hunk = this.#open(at);
    let start = at % (text.length + 1);
    let end = Math.min(text.length, start + length);
    if (hunk !== undefined && where === 'edge')
      [start, end] = at % 2 === 0 ? [hunk.start, hunk.start] : [hunk.end, hunk.end];
    if (hunk !== undefined && where === 'inside' && hunk.end - hunk.start > 1) {
      start = hunk.start + 1 + (at % (hunk.end - hunk.start - 1));
      end = Math.min(hunk.end - 1, start + length);
    }
    const token = `⟦${(this.#typed += 1)}⟧`;
    const typed = lines === 0 ? token : `${token}${this.#end}`.repeat(1);
    return { start, end, text: length > 0 && lines === 2 ? '' : typed };
  }

  #accept(id: string | undefined): void {
    if (id === undefined) return;
    const before = this.state;
    const hunk = find(before, id);
    const now = before.text.slice(hunk.start, hunk.end);
    const done = acceptHunk(before, id);
    assert.ok(done.ok);
    assert.equal(done.state.text, before.text, 'accepting changes no text');
    const bare = (text: string) => text.replaceAll(/\s/g, '');
    assert.equal(done.to, bare(now) === bare(hunk.added) ? 'accepted' : 'accepted-edited');
    assert.equal(
      originalOf({ ...before, open: before.open.filter((one) => one.id !== id) }),
      originalOf(done.state),
    );
    this.#keepsOthers(before, done.state, id);
    this.state = done.state;
  }

  #reject(id: string | undefined): void {
    if (id === undefined) return;
    const before = this.state;
    const hunk = find(before, id);
    const now = before.text.slice(hunk.start, hunk.end);
    const done = rejectHunk(before, id);
    if (!done.ok) {
      assert.equal(done.problem, 'conflict');
      assert.notEqual(now, hunk.added);
      return;
    }
    assert.equal(applyEdits(before.text, done.edits), done.state.text);
    if (now === hunk.added) {
      assert.equal(
        done.state.text,
        before.text.slice(0, hunk.start) + hunk.removed + before.text.slice(hunk.end),
      );
      assert.equal(originalOf(done.state), originalOf(before), 'what was there before is there again');
    }
    this.#keepsTyping(before, done.state);
    this.#keepsOthers(before, done.state, id);
    const undone = undoDecision(done.state, id);
    assert.ok(undone.ok && undone.state.text === before.text, 'a decision can be taken back');
    assert.equal(originalOf(undone.state), originalOf(before));
    this.state = done.state;
  }

  #decideLine(pick: number): void {
    const before = this.state;
    const changes = changesBetween(originalOf(before), before.text);
    const change = changes[pick % Math.max(1, changes.length)];
    if (change === undefined) return;
    const { aStart, aEnd, bStart, bEnd } = change;
    const ids = hunksAt(before, {
      originalStartLineNumber: aStart === aEnd ? aStart : aStart + 1,
      originalEndLineNumber: aStart === aEnd ? 0 : aEnd,
      modifiedStartLineNumber: bStart === bEnd ? bStart : bStart + 1,
      modifiedEndLineNumber: bStart === bEnd ? 0 : bEnd,
    });
    for (const id of ids) this.#accept(id);
  }

  #undo(pick: number): void {
    const { closed } = this.state;
    const id = closed[pick % Math.max(1, closed.length)]?.id;
    if (id === undefined) return;
    const before = this.state;
    const done = undoDecision(before, id);
    if (!done.ok) return;
    assert.equal(applyEdits(before.text, done.edits), done.state.text);
    this.#keepsTyping(before, done.state);
    this.#keepsOthers(before, done.state, id);
    this.state = done.state;
  }

  #leaveIn(id: string | undefined): void {
    if (id === undefined) return;
    const before = this.state;
    this.state = leaveIn(before, [id]);
    assert.equal(this.state.text, before.text);
    this.#keepsOthers(before, this.state, id);
  }

  #stop(): void {
    const before = this.state;
    const untouched = before.open.every(({ start, end, added }) => before.text.slice(start, end) === added);
    const done = takeOut(before);
    assert.equal(applyEdits(before.text, done.edits), done.state.text);
    this.#keepsTyping(before, done.state);
    if (untouched) {
      assert.deepEqual(done.stuck, []);
      assert.equal(done.state.text, originalOf(before), 'every undecided hunk is out, all else as it was');
    }
    assert.equal(done.state.open.length, done.stuck.length);
    this.state = done.state;
  }

  #outside(how: (Step & { do: 'outside' })['how'], pick: number): void {
    const before = this.state;
    const texts = {
      discard: originalOf(before),
      ends: withEnds(before.text, pick % 2 === 0 ? '\r\n' : '\n'),
      indent: before.text.replace(/^(?=\S)/gm, '  '),
      rewrite: this.#bases[pick % this.#bases.length] ?? '',
      'undo-last': this.#texts.at(-2) ?? before.text,
    };
    const { state } = followOutside(before, texts[how]);

    assert.equal(state.text, texts[how]);
    if (how === 'discard' && texts.discard !== before.text) assert.ok(state.open.length < before.open.length);
    if (how === 'ends') {
      const bare = (text: string) => withEnds(text, '\n');
      const words = before.open.filter(
        ({ start, end, removed, added }) =>
          ![added, before.text.slice(start, end)].map(bare).includes(bare(removed)),
      );
      assert.ok(words.every(({ id }) => state.open.some((one) => one.id === id)));
    }
    this.state = state;
  }

  #keepsTyping(before: ReviewedText, after: ReviewedText): void {
    for (const token of before.text.match(/⟦\d+⟧/g) ?? []) {
      assert.ok(this.#asked.has(token) || after.text.includes(token), `${token} was typed by the person`);
    }
  }

  /** Hunks that nobody decided have the text that they had. */
  #keepsOthers(before: ReviewedText, after: ReviewedText, except?: string): void {
    for (const hunk of before.open) {
      if (hunk.id === except) continue;
      const now = find(after, hunk.id);
      assert.equal(after.text.slice(now.start, now.end), before.text.slice(hunk.start, hunk.end));
    }
  }
}

function find(state: ReviewedText, id: string): OpenHunk {
  const hunk = state.open.find((one) => one.id === id);
  assert.ok(hunk, `${id} is open`);
  return hunk;
}

/** The edit, which lies between open hunks, in the original. Written apart from the code under test. */
function inOriginal({ open }: ReviewedText, edit: Edit): Edit {
  let shift = 0;
  for (const { start, end, removed } of open) {
    const isBefore = end <= edit.start;
    if (isBefore) shift += removed.length - (end - start);
  }
  return { start: edit.start + shift, end: edit.end + shift, text: edit.text };
}

function checkLegal({ text, open, closed }: ReviewedText): void {
  let at = 0;
  const ids = new Set<string>();
  for (const { id, start, end, removed, added } of open) {
    assert.ok(start >= at && end >= start && end <= text.length, 'ranges are in order and never overlap');
    assert.ok(!ids.has(id), 'a hunk is open once');
    assert.notEqual(removed, added);
    ids.add(id);
    at = end;
  }
  for (const { id, start, end } of closed) {
    assert.ok(!ids.has(id), 'a hunk is open or closed');
    assert.ok(start >= 0 && end >= start && end <= text.length);
  }
}

describe('open hunks, over random sequences', function () {
  this.timeout(600_000);
  it('never lose typing, never overlap, and give back exactly what was there', () => {
    fc.assert(
      fc.property(story, ({ lines, end, lastEnd, mixed, encoding, steps }) => {
        const ends = (i: number) => (mixed && i % 2 === 1 ? '\n' : end);
        const text = lines.map((line, i) => line + ends(i)).join('') + (lastEnd ? '' : 'last');
        const desk = new Desk(text, end);
        for (const one of steps) {
          desk.take(one);
          assert.deepEqual(decode(encode(desk.state.text, encoding)), { text: desk.state.text, encoding });
        }
      }),
      {
        numRuns: Number(process.env['PANTHEON_PROPERTY_RUNS'] ?? 10_000),
      },
    );
  });
});
