import { applyEdit, applyEdits, editsBetween, kept, likeness, type Edit } from '../edits.ts';
import { bareLine, splitLines, uniformEnd, withEnds, type LineEnd } from '../lines.ts';
import { rejectHunk } from './decide.ts';
import { originalOf } from './original.ts';
import { contains, followPlace, insertInOrder, moveRange, overlaps, textOf } from './ranges.ts';
import type { ClosedHunk, Followed, OpenHunk, Range, ReviewedText, Turn } from './types.ts';

/**
 * Follows the person's edits of the text, in the order of an editor's change event (each with offsets of the text that the
 * ones before it left). An edit that crosses an edge of a hunk is first cut down to what really differs.
 */
export function followEdits(state: ReviewedText, edits: readonly Edit[]): Followed {
  return follow(state, edits, 'typed');
}

/**
 * Follows a text that changed while nobody watched: a formatter, a checkout, another program. Hunks of which little is
 * left are withdrawn; a text that only has other line ends keeps every hunk as it is.
 */
export function followOutside(state: ReviewedText, text: string): Followed {
  if (text === state.text) return { state, turns: [] };
  const gone = withoutHunks(state, text);
  if (gone !== undefined) return gone;
  const onlyEnds = withEnds(text, '\n') === withEnds(state.text, '\n');
  if (!onlyEnds) return follow(state, editsBetween(state.text, text), 'outside');
  const followed = follow(state, endEdits(state.text, text), 'outside');
  const end = uniformEnd(text);
  return end === undefined ? followed : withHunkEnds(followed, end);
}

/** Follows a text by an editor's own edits where they lead to it, else as one that changed outside. */
export function followTo(state: ReviewedText, text: string, edits?: readonly Edit[]): Followed {
  if (edits === undefined || state.text === text) return followOutside(state, text);
  try {
    if (applyEdits(state.text, edits) === text) return followEdits(state, edits);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return followOutside(state, text);
}

/** The edits between two texts that differ in line ends alone, line by line: a diff might pair equal lines wrongly. */
function endEdits(before: string, after: string): Edit[] {
  const fresh = splitLines(after);
  let at = 0;
  const edits = splitLines(before).map((line, i) => {
    const from = at + bareLine(line).length;
    at += line.length;
    return { start: from, end: at, text: (fresh[i] ?? '').slice(from - at + line.length) };
  });
  return edits.filter(({ start, end, text }) => before.slice(start, end) !== text).toReversed();
}

/** One hunk on its way through edits: where it is, and the place it would be found at again. */
interface Tracked<H extends OpenHunk> {
  readonly hunk: H;
  readonly range: Range | undefined;
  readonly place: Range;
}

function follow(state: ReviewedText, edits: readonly Edit[], by: 'typed' | 'outside'): Followed {
  let text = state.text;
  let open = state.open.map(track);
  let closed = state.closed.map(track);
  for (const coarse of edits) {
    for (const edit of refine(text, coarse, [...open, ...closed])) {
      open = open.map((one) => move(one, edit));
      closed = closed.map((one) => move(one, edit));
      text = applyEdit(text, edit);
    }
  }
  return settle(state, text, open, closed, by);
}

function track<H extends OpenHunk>(hunk: H): Tracked<H> {
  return { hunk, range: hunk, place: hunk };
}

function move<H extends OpenHunk>({ hunk, range, place }: Tracked<H>, edit: Edit): Tracked<H> {
  return {
    hunk,
    range: range === undefined ? undefined : moveRange(range, edit),
    place: followPlace(place, edit),
  };
}

/** An edit that lies across an edge says too much: an editor may replace ten lines to change one. */
function refine(text: string, edit: Edit, tracked: readonly Tracked<OpenHunk>[]): readonly Edit[] {
  const crosses = tracked.some(({ place }) => overlaps(place, edit) && !contains(place, edit));
  if (!crosses) return [edit];
  return editsBetween(text.slice(edit.start, edit.end), edit.text).map((small) => ({
    start: small.start + edit.start,
    end: small.end + edit.start,
    text: small.text,
  }));
}

function settle(
  before: ReviewedText,
  text: string,
  open: readonly Tracked<OpenHunk>[],
  closed: readonly Tracked<ClosedHunk>[],
  by: 'typed' | 'outside',
): Followed {
  const turns: Turn[] = [];
  const withdrawn: ClosedHunk[] = [];
  const stillClosed: ClosedHunk[] = [];
  let stillOpen: OpenHunk[] = [];
  for (const one of open) {
    const was = textOf(before.text, one.hunk);
    const range = remaining(one, text, was, by);
    if (range !== undefined) stillOpen.push({ ...one.hunk, ...range });
    else {
      turns.push({ id: one.hunk.id, to: 'withdrawn' });
      const left = textOf(text, one.place);
      withdrawn.push({ ...one.hunk, ...one.place, how: 'withdrawn', was, left });
    }
  }
  // Two proposals may have had the same change here: the one that was closed last comes back.
  for (const one of closed.toReversed()) {
    if (comesBack(one, before.text, text) && !stillOpen.some((hunk) => overlaps(hunk, one.place))) {
      const { id, owner, removed, added } = one.hunk;
      stillOpen = insertInOrder(stillOpen, { id, owner, removed, added, ...one.place });
      turns.push({ id, to: 'open' });
      continue;
    }
    if (one.hunk.how !== 'accepted') stillClosed.unshift({ ...one.hunk, ...one.place });
    else if (one.range !== undefined) stillClosed.unshift({ ...one.hunk, ...one.range });
  }
  return { state: { text, open: stillOpen, closed: [...stillClosed, ...withdrawn] }, turns };
}

/** The range of a hunk that is still there; `undefined` once its text has left. */
function remaining(
  { hunk, range, place }: Tracked<OpenHunk>,
  text: string,
  was: string,
  by: 'typed' | 'outside',
): Range | undefined {
  if (range === undefined) return textOf(text, place) === hunk.added && hunk.added !== '' ? place : undefined;
  const now = textOf(text, range);
  if (now === hunk.removed) return undefined;
  if (hunk.added === '' && textOf(text, place) === hunk.removed) return undefined;
  if (by === 'outside' && now !== was && likeness(was, now) < 0.5 && kept(was, now) < 1) return undefined;
  return range;
}

/** True if the text of a rejected or withdrawn hunk stands again where it left. */
function comesBack({ hunk, place }: Tracked<ClosedHunk>, before: string, text: string): boolean {
  if (hunk.how === 'accepted') return false;
  const then = textOf(before, hunk);
  const now = textOf(text, place);
  if (now === then || now === hunk.removed) return false;
  // What a person left of a hunk before the last key stroke is not the hunk.
  const whole = hunk.was.length * 2 >= hunk.added.length && hunk.was !== '';
  return now === hunk.added || (whole && now === hunk.was);
}

/** The text with exactly one hunk, or all of them, taken out: nothing needs to be aligned then. */
function withoutHunks(state: ReviewedText, text: string): Followed | undefined {
  const reversals: (readonly OpenHunk[])[] = [state.open, ...state.open.map((hunk) => [hunk])];
  const found = reversals.find((hunks) => originalOf({ text: state.text, open: hunks }) === text);
  if (found === undefined || found.length === 0) return undefined;
  let rest = state;
  for (const { id, removed } of found.toReversed()) {
    const done = rejectHunk(rest, id, removed);
    if (done.ok) rest = done.state;
  }
  const ids = new Set(found.map(({ id }) => id));
  const closed = rest.closed.map((hunk) =>
    ids.has(hunk.id) ? { ...hunk, how: 'withdrawn' as const } : hunk,
  );
  return {
    state: { ...rest, closed },
    turns: found.map(({ id }) => ({ id, to: 'withdrawn' as const })),
  };
}

/** Gives the hunks the line ends of the text. One with nothing but line ends to change has nothing left to decide. */
function withHunkEnds({ state, turns }: Followed, end: LineEnd): Followed {
  const open = state.open.map((hunk) => converted(hunk, end));
  const empty = open.filter(
    (hunk) => hunk.removed === hunk.added || textOf(state.text, hunk) === hunk.removed,
  );
  const closed = state.closed
    .map((hunk) => ({
      ...converted(hunk, end),
      was: withEnds(hunk.was, end),
      left: withEnds(hunk.left, end),
    }))
    .filter(({ removed, added }) => removed !== added);
  return {
    state: { text: state.text, open: open.filter((hunk) => !empty.includes(hunk)), closed },
    turns: [...turns, ...empty.map(({ id }) => ({ id, to: 'withdrawn' as const }))],
  };
}

function converted<H extends OpenHunk>(hunk: H, end: LineEnd): H {
  return { ...hunk, removed: withEnds(hunk.removed, end), added: withEnds(hunk.added, end) };
}
