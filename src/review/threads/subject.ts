import type { ThreadView } from '../../protocol/index.ts';
import type { ContentRef, Store } from '../../store/index.ts';
import { decode, fenced } from '../../text/index.ts';
import type { FindingRecord } from '../records.ts';
import type { FindingRow, ProposalRow } from '../rows.ts';
import type { Anchor, Lines } from './anchor.ts';
import type { ThreadRow } from './rows.ts';

/** What a thread is about: a finding, or lines that a person chose. */
export interface Subject {
  readonly id: string;
  readonly root: string;
  readonly path: string;
  readonly lines: Lines;
  /** It is about the file, not about lines of it. */
  readonly isWhole: boolean;
  /** The text that it was made in. */
  readonly text: ContentRef | null;
  /** Kept with the thread, so that it holds when the text is erased. */
  readonly anchor?: Anchor;
  /** Whom its words belong to, for forgetting. */
  readonly owner: string;
  readonly state: FindingRow['state'];
  readonly at: number;
  /** What a finding says is the first comment. */
  readonly first?: ThreadView['comments'][number];
  readonly finding?: NonNullable<ThreadView['finding']>;
}

/** A thread that a person began. */
export function ownSubject(store: Pick<Store, 'getText'>, row: ThreadRow): Subject {
  const { id, root, path, text, at, state } = row;
  const kept = store.getText(row.anchor);
  const anchor = kept === undefined ? undefined : (JSON.parse(kept) as Anchor);
  const { line, endLine } = anchor ?? { line: 0, endLine: 0 };
  const isWhole = anchor?.whole === true;
  const common = { id, root, path, lines: { line, endLine }, isWhole, text, owner: id, state, at };
  return { ...common, ...(anchor === undefined ? {} : { anchor }) };
}

/** The thread that every finding has. `all` are the findings of its proposal. */
export function findingSubject(
  proposal: ProposalRow,
  record: FindingRecord,
  all: readonly FindingRecord[],
  state: FindingRow['state'],
): Subject {
  const { id, path, line, endLine = line, text, agent, severity, suggestion, message } = record;
  const siblings = all.filter((each) => each.agent === agent);
  return {
    id,
    root: proposal.root,
    path,
    lines: { line, endLine },
    isWhole: false,
    text,
    owner: proposal.id,
    state,
    at: proposal.at,
    first: { id, agent, text: said(message, suggestion), at: new Date(proposal.at).toISOString() },
    finding: {
      proposal: proposal.id,
      agent,
      severity,
      ...(suggestion === undefined ? {} : { suggestion }),
      number: siblings.indexOf(record) + 1,
      of: siblings.length,
    },
  };
}

/** A remark as Markdown; what it suggests is a `suggestion` block, as code hosts have it. */
function said(message: string, suggestion: string | undefined): string {
  if (suggestion === undefined) return message;
  return `${message}\n\n${fenced(suggestion.replace(/\r?\n$/, ''), 'suggestion')}`;
}

/** A text in content; `undefined` if it was erased or is none. */
export function textIn(store: Pick<Store, 'getContent'>, ref: ContentRef): string | undefined {
  const bytes = store.getContent(ref);
  return bytes === undefined ? undefined : decode(bytes)?.text;
}
