import { UserError } from '../common/index.ts';
import type { ContentRef, Store } from '../store/index.ts';
import type { ReviewedText, Turn } from '../text/index.ts';
import type { Effects } from './effects.ts';
import type { HunkDecided, ReviewEvent } from './events.ts';
import { headOf } from './head.ts';
import { planFile, type FilePlan, type Refusal } from './plan.ts';
import type { FileRecord, HunkRecord, ProposalRecord } from './records.ts';
import { isDecidable, isUndecided, type ProposalRow, type Rows } from './rows.ts';
import type { DecideInput, DecideResult, FileInReview, WindowEdits } from './types.ts';

type Answer = Pick<DecideResult, 'decided' | 'refused' | 'edits' | 'files'>;
interface FileAnswer {
  readonly decided: readonly string[];
  readonly refused: readonly Refusal[];
  readonly edits?: WindowEdits;
  readonly file?: FileInReview;
}

/** Decisions about hunks of one proposal at a time, each file by one effect. The caller lets one in after the other. */
export class Decisions {
  readonly #store: Store;
  readonly #rows: Rows;
  readonly #effects: Effects;
  readonly #rankOf: (hunk: string) => number | null;

  constructor(store: Store, rows: Rows, effects: Effects, rankOf: (hunk: string) => number | null) {
    this.#store = store;
    this.#rows = rows;
    this.#effects = effects;
    this.#rankOf = rankOf;
  }

  /** The answer to a command that was answered before. */
  answered(commandId: string): Answer | undefined {
    const event = this.#store.ofCommand(commandId)?.find(({ type }) => type === 'decision.answered');
    if (event === undefined) return undefined;
    const { decided, refused } = event.body as { decided: string[]; refused: ContentRef };
    return { decided, refused: JSON.parse(this.#store.getText(refused) ?? '[]') as Answer['refused'] };
  }

  async decide(row: ProposalRow, input: DecideInput, signal: AbortSignal): Promise<Answer> {
    this.#effects.settleLeft();
    const record = this.#rows.record(row);
    const states = new Map(this.#rows.hunks(row.id).map((hunk) => [hunk.id, hunk]));
    const decided: string[] = [];
    const refused: Refusal[] = [];
    const edits: WindowEdits[] = [];
    const files: FileInReview[] = [];
    const asked = new Set<string>();
    for (const id of askedHunks(record, input, (hunk) => isUndecided(states.get(hunk)?.state ?? 'waiting'))) {
      const hunk = states.get(id);
      // A command that a crash cut short goes on where it stopped.
      if (hunk?.command === input.commandId) decided.push(id);
      else if (hunk === undefined) refused.push(refusal(id, `There is no hunk ${id} in ${row.id}.`));
      else if (!isDecidable(hunk.state)) refused.push(refusal(id, `${id} is ${hunk.state} already.`));
      else asked.add(id);
    }
    for (const file of inOrderOfNeed(record, asked)) {
      signal.throwIfAborted();
      const hunks = this.#ready(record, file, asked, input.decision, decided, refused);
      if (hunks.length === 0) continue;
      const end = await this.#decideFile(row, file, hunks, input);
      if (end.edits !== undefined) edits.push(end.edits);
      if (end.file !== undefined) files.push(end.file);
      decided.push(...end.decided);
      refused.push(...end.refused);
    }
    const answer = this.#answer(row, input, { decided, refused });
    return { ...answer, files, ...(edits.length === 0 ? {} : { edits }) };
  }

  /** The asked hunks of a file whose needs are met, or will be by this very decision of the same file. */
  #ready(
    record: ProposalRecord,
    file: FileRecord,
    asked: ReadonlySet<string>,
    decision: DecideInput['decision'],
    decided: readonly string[],
    refused: Refusal[],
  ): HunkRecord[] {
    let hunks = file.hunks.filter(({ id }) => asked.has(id));
    if (decision === 'reject') return hunks;
    for (;;) {
      const unmet = hunks.flatMap((hunk) => {
        const need = hunk.dependsOn.find(
          (id) => !this.#isIn(id) && !decided.includes(id) && !hunks.some((other) => other.id === id),
        );
        return need === undefined ? [] : [{ hunk, need }];
      });
      if (unmet.length === 0) return hunks;
      for (const { hunk, need } of unmet)
        refused.push(refusal(hunk.id, needSentence(record, hunk.id, need, this.#rows)));
      hunks = hunks.filter((hunk) => !unmet.some((one) => one.hunk === hunk));
    }
  }

  #isIn(id: string): boolean {
    const state = this.#rows.hunk(id)?.state;
    return state === 'accepted' || state === 'accepted-edited';
  }

  async #decideFile(
    row: ProposalRow,
    file: FileRecord,
    hunks: readonly HunkRecord[],
    input: DecideInput,
  ): Promise<FileAnswer> {
    const seen = this.#rows.file(row.root, file.path);
    const buffer = input.unsaved?.find(({ path }) => path === file.path)?.text;
    const isOpen = hunks.some(({ id }) => seen?.state.open.some((open) => open.id === id));
    if (seen?.unsaved === true && buffer === undefined && (isOpen || input.decision === 'accept')) {
      const problem = `${file.path} has unsaved changes in the editor. Save it, or decide there.`;
      return { decided: [], refused: hunks.map(({ id }) => refusal(id, problem)) };
    }
    const { instead } = input;
    const context = {
      store: this.#store,
      root: row.root,
      proposal: row.id,
      seen: seen?.state,
      buffer,
      instead: hunks.length === 1 ? instead : undefined,
    };
    let plan = planFile(context, file, hunks, input.decision);
    // What a refused hunk carries falls with it.
    const fallen = input.decision === 'accept' ? carriedBy(plan.refused, hunks) : [];
    if (fallen.length > 0) {
      const rest = hunks.filter(
        (hunk) =>
          plan.decided.some((one) => one.hunk === hunk) && !fallen.some((one) => one.hunk === hunk.id),
      );
      const refused = [...plan.refused, ...fallen];
      plan =
        rest.length === 0
          ? { ...plan, steps: [], decided: [], refused }
          : planFile(context, file, rest, input.decision);
      plan = {
        ...plan,
        refused: [
          ...refused,
          ...plan.refused.filter(({ hunk }) => !refused.some((one) => one.hunk === hunk)),
        ],
      };
    }
    this.#markConflicts(row.id, plan.refused);
    if (plan.decided.length === 0) return { decided: [], refused: plan.refused };
    const ids = plan.decided.map(({ hunk }) => hunk.id);
    const effect = {
      proposal: row.id,
      root: row.root,
      steps: plan.steps,
      hunks: ids,
      receipt: this.#events(row, file, plan, input),
    };
    const fileAfter = plan.state === undefined ? {} : { file: { path: file.path, state: plan.state } };
    if (buffer !== undefined && !file.whole && plan.edits.length > 0) {
      this.#effects.intend(effect, 'window');
      return {
        decided: [],
        refused: plan.refused,
        edits: { path: file.path, edits: plan.edits },
        ...fileAfter,
      };
    }
    const end = await this.#effects.perform(effect);
    if (end.done) return { decided: ids, refused: plan.refused, ...fileAfter };
    if (end.conflict)
      this.#markConflicts(
        row.id,
        ids.map((id) => ({ hunk: id, problem: end.problem, conflict: true })),
      );
    return {
      decided: [],
      refused: [
        ...plan.refused,
        ...ids.map((id) => ({ ...refusal(id, end.problem), conflict: end.conflict })),
      ],
    };
  }

  #markConflicts(proposal: string, refused: readonly Refusal[]): void {
    const events = refused
      .filter(({ hunk, conflict }) => conflict && this.#rows.hunk(hunk)?.state === 'waiting')
      .map(({ hunk }): ReviewEvent => ({ type: 'hunk.turned', body: { hunk, to: 'conflicted' } }));
    if (events.length > 0) this.#effects.append(proposal, events);
  }

  #events(row: ProposalRow, file: FileRecord, plan: FilePlan, input: DecideInput): ReviewEvent[] {
    const words = input.words === undefined ? null : this.#store.putContent(input.words, { owner: row.id });
    const head = headOf(row.root);
    const decided = plan.decided.map(({ hunk, to }): ReviewEvent => {
      const body: HunkDecided = {
        hunk: hunk.id,
        to,
        way: input.way,
        rank: this.#rankOf(hunk.id),
        reason: input.reason ?? null,
        words,
        head,
        base: file.base,
        proposed: file.proposed,
        resulting: plan.resulting,
        root: row.root,
        path: file.path,
        commandId: input.commandId,
      };
      return { type: 'hunk.decided', body };
    });
    const state =
      plan.state === undefined
        ? []
        : [
            fileSeen(
              this.#store,
              row.root,
              file.path,
              plan.state,
              input.unsaved?.some(({ path }) => path === file.path) === true,
            ),
          ];
    return [...turnEvents(plan.turns), ...decided, ...state];
  }

  #answer(row: ProposalRow, input: DecideInput, answer: { decided: string[]; refused: Refusal[] }): Answer {
    const refused = answer.refused.map(({ hunk, problem, typed }) => ({
      hunk,
      problem,
      ...(typed === undefined ? {} : { typed }),
    }));
    const content = this.#store.putContent(JSON.stringify(refused), { owner: row.id });
    const body = { commandId: input.commandId, decided: answer.decided, refused: content };
    this.#effects.append(row.id, [{ type: 'decision.answered', body }], input.commandId);
    return { decided: answer.decided, refused };
  }
}

/** What a person asked to decide: ids in the order of the proposal, unknown ones last. */
function askedHunks(
  record: ProposalRecord,
  { hunks }: DecideInput,
  undecided: (id: string) => boolean,
): string[] {
  const all = record.files.flatMap((file) => file.hunks.map(({ id }) => id));
  if (hunks === 'all') return all.filter(undecided);
  return [...all.filter((id) => hunks.includes(id)), ...new Set(hunks.filter((id) => !all.includes(id)))];
}

/** Files with asked hunks, those first that others need. Needs in a circle are met in the order of the proposal. */
function inOrderOfNeed(record: ProposalRecord, asked: ReadonlySet<string>): FileRecord[] {
  const left = record.files.filter(({ hunks }) => hunks.some(({ id }) => asked.has(id)));
  const ordered: FileRecord[] = [];
  while (left.length > 0) {
    const free = left.findIndex((file) => !left.some((other) => other !== file && needs(file, other, asked)));
    ordered.push(...left.splice(Math.max(0, free), 1));
  }
  return ordered;
}

function needs(file: FileRecord, other: FileRecord, asked: ReadonlySet<string>): boolean {
  const there = other.hunks.filter(({ id }) => asked.has(id)).map(({ id }) => id);
  return file.hunks.some(
    ({ id, dependsOn }) => asked.has(id) && dependsOn.some((need) => there.includes(need)),
  );
}

/** Hunks of the same file that need a refused one, and those that need them. */
function carriedBy(refused: readonly Refusal[], hunks: readonly HunkRecord[]): Refusal[] {
  const fallen = new Map<string, string>(refused.map(({ hunk }) => [hunk, '']));
  for (let before = -1; before !== fallen.size;) {
    before = fallen.size;
    for (const { id, dependsOn } of hunks) {
      const need = dependsOn.find((one) => fallen.has(one));
      if (need !== undefined && !fallen.has(id)) fallen.set(id, need);
    }
  }
  return [...fallen]
    .filter(([, need]) => need !== '')
    .map(([id, need]) => refusal(id, `${id} needs ${need}, which could not be accepted.`));
}

function needSentence(record: ProposalRecord, id: string, need: string, rows: Rows): string {
  const title = record.files.flatMap(({ hunks }) => hunks).find((hunk) => hunk.id === need)?.title;
  const state = rows.hunk(need)?.state ?? 'not there';
  return `${id} only works together with ${need}${title === undefined ? '' : ` (${title})`}, which is ${state}. Accept ${need} first.`;
}

function refusal(hunk: string, problem: string): Refusal {
  return { hunk, problem, conflict: false };
}

/** What became of hunks by themselves, as events. */
export function turnEvents(turns: readonly Turn[]): ReviewEvent[] {
  return turns.map(({ id, to }): ReviewEvent => ({ type: 'hunk.turned', body: { hunk: id, to } }));
}

/** The state of a file under review, kept as erasable content. */
export function fileSeen(
  store: Pick<Store, 'putContent'>,
  root: string,
  path: string,
  state: ReviewedText,
  unsaved: boolean,
): ReviewEvent {
  const content = store.putContent(JSON.stringify(state), { owner: `file ${root}` });
  return {
    type: 'file.seen',
    body: {
      root,
      path,
      state: content,
      open: state.open.map(({ id }) => id),
      unsaved,
      followed: isFollowed(state),
    },
  };
}

/** Whether hunks are open in a text, or left it by themselves and may come back. */
export function isFollowed({ open, closed }: ReviewedText): boolean {
  return open.length > 0 || closed.some(({ how }) => how === 'withdrawn');
}

export function noProposal(id: string): UserError {
  return new UserError('no-such-proposal', `There is no proposal ${id}.`, 'See: pantheon inbox', {
    exitCode: 2,
  });
}
