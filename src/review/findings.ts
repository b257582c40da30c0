import { sha256, UserError } from '../common/index.ts';
import type { Store } from '../store/index.ts';
import { applyEdit, decode, encode, replaceLines, reviewedText, type Edit } from '../text/index.ts';
import type { CurrentText } from './current-texts.ts';
import type { Effects } from './effects.ts';
import { proposalStream, stored } from './events.ts';
import { proposalOf } from './ids.ts';
import { textNow } from './plan.ts';
import type { FindingRecord } from './records.ts';
import type { ProposalRow, Rows } from './rows.ts';
import { anchorAt, placeAmongHunks, type Lines } from './threads/anchor.ts';
import type { EditorChange, EditorReview } from './types.ts';

type FindingsPart = Pick<EditorReview, 'decideFinding' | 'exposed'>;
type DecideFinding = Parameters<EditorReview['decideFinding']>[0];

const nothing: EditorChange = { files: [], edits: [], refused: [] };

/** Remarks of agents: their decisions, and what was seen. */
export class Findings implements FindingsPart {
  readonly #store: Store;
  readonly #rows: Rows;
  readonly #effects: Effects;

  constructor(store: Store, rows: Rows, effects: Effects) {
    this.#store = store;
    this.#rows = rows;
    this.#effects = effects;
  }

  async decideFinding(input: DecideFinding, signal: AbortSignal): Promise<EditorChange> {
    signal.throwIfAborted();
    if (this.#store.ofCommand(input.commandId) !== undefined) return nothing;
    this.#effects.settleLeft();
    const { row, finding } = this.#find(input.finding);
    const words = input.words === undefined ? null : this.#store.putContent(input.words, { owner: row.id });
    const to = ({ apply: 'applied', dismiss: 'dismissed', resolve: 'resolved', reopen: 'open' } as const)[
      input.decision
    ];
    const decided = { type: 'finding.decided', body: { finding: finding.id, to, words } } as const;
    if (input.decision !== 'apply') {
      this.#effects.append(row.id, [decided], input.commandId);
      return nothing;
    }
    if (this.#rows.finding(finding.id)?.state === 'applied') return nothing;
    const buffer = input.unsaved?.find(({ path }) => path === finding.path)?.text;
    const now = textNow(row.root, finding.path, reviewedText(''), buffer);
    const edit = this.#suggested(finding, now.state.text);
    const bytes = encode(applyEdit(now.state.text, edit), now.encoding);
    const content = this.#store.putContent(bytes, { owner: row.id });
    const steps = [{ path: finding.path, before: now.hash, after: sha256(bytes), content }];
    const effect = { proposal: row.id, root: row.root, steps, hunks: [], receipt: [decided] };
    if (buffer !== undefined) {
      this.#effects.intend(effect, 'window');
      return { ...nothing, edits: [{ path: finding.path, edits: [edit] }] };
    }
    const end = await this.#effects.perform(effect);
    if (!end.done) throw new UserError('not-applied', end.problem, 'Then apply it again.', { exitCode: 1 });
    return nothing;
  }

  /** Another change than its own settled a finding that was still open. */
  resolve(proposal: string, finding: string, commandId: string): void {
    if (this.#rows.finding(finding)?.state !== 'open') return;
    const decided = { type: 'finding.decided', body: { finding, to: 'resolved', words: null } } as const;
    this.#effects.append(proposal, [decided], commandId);
  }

  exposed({
    id,
    what,
    rank = null,
  }: {
    id: string;
    what: 'shown' | 'opened' | 'evidence-opened';
    rank?: number | null;
  }): Promise<void> {
    const proposal = proposalOf(id);
    if (this.#rows.proposal(proposal) === undefined) return Promise.resolve();
    const event = stored({ type: 'exposed', body: { what, id, rank } });
    this.#store.append(proposalStream(proposal), [event], {
      actor: 'editor',
      durability: 'step',
      expected: 'any',
    });
    return Promise.resolve();
  }

  /** The suggestion in the place of the finding's lines, which are as they were. */
  #suggested(finding: FindingRecord, text: string): Edit {
    const { suggestion } = finding;
    if (suggestion === undefined) {
      throw new UserError('no-suggestion', 'This finding suggests no change.', 'Resolve or dismiss it.', {
        exitCode: 1,
      });
    }
    const place = linesNow(this.#store, finding, { text, original: text });
    if (place === undefined) {
      throw new UserError(
        'outdated',
        `The lines of this finding in ${finding.path} changed.`,
        'Make the change by hand.',
        {
          exitCode: 1,
        },
      );
    }
    return replaceLines(text, place.line, place.endLine, suggestion);
  }

  #find(id: string): { readonly row: ProposalRow; readonly finding: FindingRecord } {
    const row = this.#rows.proposal(proposalOf(id));
    const finding =
      row === undefined ? undefined : this.#rows.record(row).findings.find((one) => one.id === id);
    if (row !== undefined && finding !== undefined) return { row, finding };
    throw new UserError('no-such-finding', `There is no finding ${id}.`, 'See: pantheon inbox', {
      exitCode: 2,
    });
  }
}

/**
 * Where the lines of a finding are in a file now (0-based), also under an open hunk; `undefined` if they changed: a place is
 * never guessed.
 */
export function linesNow(
  store: Pick<Store, 'getContent'>,
  { line, endLine = line, text }: Pick<FindingRecord, 'line' | 'endLine' | 'text'>,
  now: CurrentText,
): Lines | undefined {
  const bytes = text === null ? undefined : store.getContent(text);
  const before = bytes === undefined ? undefined : decode(bytes)?.text;
  const anchor = before === undefined ? undefined : anchorAt(before, { line, endLine });
  return anchor === undefined ? undefined : placeAmongHunks(anchor, before, now);
}
