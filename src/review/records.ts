import { UserError, type Json } from '../common/index.ts';
import type { Evidence } from '../protocol/index.ts';
import type { ContentRef, Store } from '../store/index.ts';
import { bareLine, changesBetween, decode, splitLines, type LineChange } from '../text/index.ts';
import { pathProblem } from '../workspace/index.ts';
import type { ProposalInput, ProposedEdit, ProposedFile, ProposedFinding } from './types.ts';

/** One hunk as it was proposed. Offsets are those of the base text in UTF-16 units. */
export interface HunkRecord {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  /** 0-based line of the base. */
  readonly baseStart: number;
  readonly removed: string;
  readonly added: string;
  readonly title?: string;
  readonly evidence: readonly Evidence[];
  readonly dependsOn: readonly string[];
  /** Keys of the edits that it holds. */
  readonly owners?: readonly string[];
}

export interface FileRecord {
  readonly path: string;
  readonly from?: string;
  readonly kind: 'edit' | 'add' | 'delete' | 'rename';
  readonly base: ContentRef | null;
  readonly proposed: ContentRef | null;
  /** Decided as a whole by its only hunk: added, deleted, renamed, or not text. */
  readonly whole: boolean;
  readonly hunks: readonly HunkRecord[];
}

export interface FindingRecord extends ProposedFinding {
  readonly id: string;
  /** The text that it was made for. */
  readonly text: ContentRef | null;
}

/** What a proposal says; kept as erasable content, because it holds code and words. */
export interface ProposalRecord {
  readonly title: string;
  readonly files: readonly FileRecord[];
  readonly findings: readonly FindingRecord[];
  readonly evidence: readonly Evidence[];
}

/** Cuts a proposal into hunks with ids of their own and puts its texts into erasable content. */
export function recordOf(
  id: string,
  input: ProposalInput,
  store: Pick<Store, 'putContent'>,
  baseOf: (path: string) => Uint8Array | undefined,
): ProposalRecord {
  for (const path of [
    ...input.files.flatMap((file) => [file.path, file.from ?? file.path]),
    ...input.findings.map(({ path }) => path),
  ]) {
    const problem = pathProblem(path);
    if (problem !== undefined)
      throw new UserError(
        'bad-path',
        `${path} cannot be proposed: ${problem}.`,
        'Look at the run that made it.',
      );
  }
  const numbering = { next: 1 };
  const owned: OwnedHunk[] = [];
  const put = (bytes: Uint8Array | null) => (bytes === null ? null : store.putContent(bytes, { owner: id }));
  const files = input.files.map((file) => {
    const hunks = hunksOf(file).map((change) => {
      const hunk = {
        id: `${id}.${numbering.next++}`,
        change,
        owners: file.edits.filter((edit) => owns(edit, change)),
      };
      owned.push(hunk);
      return hunk;
    });
    return { file, hunks };
  });
  const hunksOfKey = (key: string) => owned.filter(({ owners }) => owners.some((edit) => edit.key === key));
  return {
    title: input.title,
    evidence: input.evidence,
    files: files.map(({ file, hunks }) => ({
      path: file.path,
      ...(file.from === undefined || file.from === file.path ? {} : { from: file.from }),
      kind: kindOf(file),
      base: put(file.base),
      proposed: put(file.proposed),
      whole: isWhole(file),
      hunks: hunks.map((hunk) => hunkRecord(hunk, hunksOfKey)),
    })),
    findings: input.findings.map((finding, i) => {
      const text = baseOf(finding.path);
      return { ...finding, id: `${id}.f${i + 1}`, text: text === undefined ? null : put(text) };
    }),
  };
}

interface OwnedHunk {
  readonly id: string;
  readonly change: LineChange;
  readonly owners: readonly ProposedEdit[];
}

function hunkRecord(
  { id, change, owners }: OwnedHunk,
  hunksOfKey: (key: string) => readonly OwnedHunk[],
): HunkRecord {
  const needs = owners.flatMap(({ dependsOn }) =>
    dependsOn.flatMap((key) => hunksOfKey(key).map((one) => one.id)),
  );
  const titles = [...new Set(owners.map(({ title }) => title))];
  return {
    id,
    start: change.start,
    end: change.end,
    baseStart: change.aStart,
    removed: change.removed,
    added: change.added,
    ...(titles.length === 0 ? {} : { title: titles.join(', ') }),
    evidence: owners.flatMap(({ evidence }) => evidence),
    dependsOn: [...new Set(needs)].filter((need) => need !== id),
    owners: [...new Set(owners.map(({ key }) => key))],
  };
}

/** An edit owns a change if they share a line, or if one of them is an insertion at the other's edge. */
function owns(edit: ProposedEdit, change: LineChange): boolean {
  if (edit.baseStart === edit.baseEnd || change.aStart === change.aEnd) {
    return edit.baseStart <= change.aEnd && change.aStart <= edit.baseEnd;
  }
  return edit.baseStart < change.aEnd && change.aStart < edit.baseEnd;
}

function kindOf({ path, from, base, proposed }: ProposedFile): FileRecord['kind'] {
  if (base === null) return 'add';
  if (proposed === null) return 'delete';
  return from !== undefined && from !== path ? 'rename' : 'edit';
}

function isWhole(file: ProposedFile): boolean {
  return kindOf(file) !== 'edit' || textsOf(file) === undefined;
}

function textsOf({ base, proposed }: ProposedFile): { before: string; after: string } | undefined {
  const [before, after] = [base, proposed].map((bytes) => decode(bytes ?? new Uint8Array()));
  return before === undefined ||
    after === undefined ||
    (base !== null && proposed !== null && before.encoding !== after.encoding)
    ? undefined
    : { before: before.text, after: after.text };
}

function hunksOf(file: ProposedFile): LineChange[] {
  const texts = textsOf(file);
  if (!isWhole(file)) return texts === undefined ? [] : changesBetween(texts.before, texts.after);
  const before = texts?.before ?? '';
  const after = texts?.after ?? '';
  const changes = changesBetween(before, after);
  const [first, last] = [changes[0], changes.at(-1)];
  const lines = splitLines(before);
  const whole =
    first === undefined || last === undefined
      ? { aStart: 0, aEnd: 0, bStart: 0, bEnd: 0 }
      : { aStart: 0, aEnd: lines.length, bStart: 0, bEnd: splitLines(after).length };
  return [{ ...whole, start: 0, end: before.length, removed: before, added: after }];
}

/** Lines for a person: without their ends. */
export function linesForPerson(text: string): string[] {
  return splitLines(text).map(bareLine);
}

export function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** The text that a file's hunks were made for. Throws `UserError` if it was erased. */
export function baseText(
  store: Pick<Store, 'getContent'>,
  { base, path }: Pick<FileRecord, 'base' | 'path'>,
): string {
  const bytes = base === null ? undefined : store.getContent(base);
  const text = bytes === undefined ? undefined : decode(bytes)?.text;
  if (text !== undefined) return text;
  throw new UserError('erased', `The text of ${path} in this proposal was erased.`, 'Run the flow again.', {
    exitCode: 1,
  });
}
