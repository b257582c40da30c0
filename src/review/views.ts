import type { FindingView, HunkView, ProposalView } from '../protocol/index.ts';
import type { Store } from '../store/index.ts';
import { decode, unifiedPatch, originalOf, bringIn, reviewedText } from '../text/index.ts';
import { CurrentTexts } from './current-texts.ts';
import { linesNow } from './findings.ts';
import {
  linesForPerson,
  type FileRecord,
  type FindingRecord,
  type HunkRecord,
  type ProposalRecord,
} from './records.ts';
import { isUndecided, type FindingRow, type HunkRow, type ProposalRow, type Rows } from './rows.ts';

/** What clients see of proposals, from rows and erasable content. */
export class Views {
  readonly #store: Store;
  readonly #rows: Rows;

  constructor(store: Store, rows: Rows) {
    this.#store = store;
    this.#rows = rows;
  }

  proposal(row: ProposalRow): ProposalView {
    const record = this.#rows.record(row);
    const rows = new Map(this.#rows.hunks(row.id).map((hunk) => [hunk.id, hunk]));
    const findings = new Map(this.#rows.findings(row.id).map((finding) => [finding.id, finding]));
    const files = record.files.map((file) => ({
      path: file.path,
      kind: file.kind,
      ...(file.from === undefined ? {} : { from: file.from }),
      ...(file.whole ? { whole: true as const } : {}),
      hunks: file.hunks.map((hunk) => this.#hunk(hunk, rows.get(hunk.id))),
    }));
    const texts = new CurrentTexts(this.#rows, row.root);
    const found = record.findings.map((finding) => this.#finding(finding, texts, findings.get(finding.id)));
    return {
      id: row.id,
      run: row.run,
      flow: row.flow,
      workspace: row.root,
      title: record.title,
      createdAt: new Date(row.at).toISOString(),
      state: stateOf(row, [...rows.values()], found),
      files,
      findings: found,
      evidence: [...record.evidence],
    };
  }

  #hunk(hunk: HunkRecord, row: HunkRow | undefined): HunkView {
    const words = row?.words === null || row === undefined ? undefined : this.#store.getText(row.words);
    const reason = [row?.reason, words]
      .filter((one) => one !== null && one !== undefined && one !== '')
      .join(': ');
    return {
      id: hunk.id,
      baseStart: hunk.baseStart,
      removed: linesForPerson(hunk.removed),
      added: linesForPerson(hunk.added),
      state: row?.state ?? 'waiting',
      ...(hunk.dependsOn.length === 0 ? {} : { dependsOn: [...hunk.dependsOn] }),
      evidence: [...hunk.evidence],
      ...(reason === '' ? {} : { reason }),
      ...(hunk.title === undefined ? {} : { title: hunk.title }),
    };
  }

  #finding(finding: FindingRecord, texts: CurrentTexts, row: FindingRow | undefined): FindingView {
    const state = row?.state ?? 'open';
    const { line, endLine } = finding;
    const now = state === 'open' ? this.#linesNow(finding, texts) : { line, endLine: endLine ?? line };
    const place = now ?? { line, endLine: endLine ?? line };
    return {
      id: finding.id,
      path: finding.path,
      line: place.line,
      ...(place.endLine === place.line ? {} : { endLine: place.endLine }),
      severity: finding.severity,
      message: finding.message,
      ...(finding.suggestion === undefined ? {} : { suggestion: finding.suggestion }),
      agent: finding.agent,
      state: now === undefined ? 'outdated' : state,
    };
  }

  #linesNow(finding: FindingRecord, texts: CurrentTexts) {
    const now = texts.of(finding.path);
    return now === undefined ? undefined : linesNow(this.#store, finding, now);
  }

  /** Unified diff of undecided hunks against the files as they were proposed for. */
  patch(row: ProposalRow): string {
    const record: ProposalRecord = this.#rows.record(row);
    const states = new Map(this.#rows.hunks(row.id).map(({ id, state }) => [id, state]));
    const undecided = ({ id }: HunkRecord) => isUndecided(states.get(id) ?? 'waiting');
    return record.files.map((file) => this.#filePatch(row.id, file, file.hunks.filter(undecided))).join('');
  }

  #filePatch(owner: string, file: FileRecord, hunks: readonly HunkRecord[]): string {
    if (hunks.length === 0) return '';
    const text = (ref: FileRecord['base']) =>
      ref === null ? null : decode(this.#store.getContent(ref) ?? new Uint8Array())?.text;
    const before = text(file.base);
    const proposed = text(file.proposed);
    const path = { path: file.path, ...(file.from === undefined ? {} : { from: file.from }) };
    if (before === undefined || proposed === undefined)
      return `# ${file.path} is not text: look at it in the editor.\n`;
    if (file.whole || before === null) return unifiedPatch({ ...path, before, after: proposed });
    const after = bringIn(reviewedText(before), { owner, base: before, hunks }).state;
    return unifiedPatch({ ...path, before: originalOf(after), after: after.text });
  }
}

function stateOf(
  row: ProposalRow,
  hunks: readonly HunkRow[],
  findings: readonly FindingView[],
): ProposalView['state'] {
  if (hunks.some(({ state }) => state === 'open')) return 'in-review';
  if (row.superseded_by !== null) return 'superseded';
  // A remark whose lines changed was not answered by that: it waits until a person says so.
  const left =
    hunks.some(({ state }) => isUndecided(state)) ||
    findings.some(({ state }) => state === 'open' || state === 'outdated');
  return left ? 'open' : 'decided';
}
