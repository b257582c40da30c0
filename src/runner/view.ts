import type { Evidence, RunNodeView, RunView } from '../protocol/index.ts';
import { prepared, type ContentRef, type Store } from '../store/index.ts';
import { parseAddress } from '../flow/index.ts';
import type { RunChoice } from './types.ts';

type Row = Readonly<Record<string, unknown>>;

/** A run as clients see it, from its projected rows. `now` in milliseconds, for the time that a running one took so far. */
export function runView(store: Store, run: string, now: number): RunView | undefined {
  const row = prepared(store.db, 'SELECT * FROM runner_runs WHERE run = ?').get(run);
  return row === undefined ? undefined : viewOf(store, row, now);
}

/** Runs, newest first. */
export function runViews(
  store: Store,
  { workspaceRoot, finished, limit = 50 }: RunChoice,
  now: number,
): readonly RunView[] {
  const sql = `SELECT * FROM runner_runs WHERE (?1 IS NULL OR workspace = ?1) AND (?2 IS NULL OR (outcome IS NOT NULL) = ?2)
    ORDER BY seq DESC LIMIT ?3`;
  return prepared(store.db, sql)
    .all(workspaceRoot ?? null, finished === undefined ? null : Number(finished), limit)
    .map((row) => viewOf(store, row, now));
}

/** Ids of runs without an outcome, oldest first. */
export function unfinishedRuns(store: Store): readonly string[] {
  const sql = 'SELECT run FROM runner_runs WHERE outcome IS NULL ORDER BY seq';
  return prepared(store.db, sql)
    .all()
    .map((row) => String(row['run']));
}

/** Remarks that belong into the report. */
export function runNotes(store: Store, run: string): readonly string[] {
  const row = prepared(store.db, 'SELECT notes FROM runner_runs WHERE run = ?').get(run);
  if (row === undefined) return [];
  return (JSON.parse(String(row['notes'])) as ContentRef[]).flatMap((ref) => store.getText(ref) ?? []);
}

/** The places of a run with their titles, in the order of the flow. */
export function runPlaces(
  store: Store,
  run: string,
): readonly (RunNodeView & { readonly reason?: string })[] {
  const row = prepared(store.db, 'SELECT nodes, outcome FROM runner_runs WHERE run = ?').get(run);
  if (row === undefined) return [];
  const nodes = JSON.parse(String(row['nodes'])) as { id: string; kind: string }[];
  const order = new Map(nodes.map(({ id, kind }, index) => [id, { kind, index }]));
  const rows = prepared(store.db, 'SELECT * FROM runner_nodes WHERE run = ?').all(run);
  const seen = new Set(rows.map((each) => parseAddress(String(each['address'])).node));
  const itemsOf = new Map(
    rows
      .filter((each) => Number(each['items'] ?? 0) > 0)
      .map((each) => [String(each['address']), Number(each['items'])]),
  );
  // A node that never began has no row; a cancelled run ended it.
  const never = row['outcome'] === 'cancelled' ? ('cancelled' as const) : undefined;
  const missing = nodes
    .filter(({ id }) => !seen.has(id))
    .map(({ id }): Row => ({ address: id, attempts: 0, outcome: never }));
  return [...rows, ...missing]
    .filter((each) => !itemsOf.has(String(each['address'])))
    .map((each) => ({ each, place: parseAddress(String(each['address'])) }))
    .sort(
      (a, b) =>
        (order.get(a.place.node)?.index ?? 0) - (order.get(b.place.node)?.index ?? 0) ||
        (a.place.item ?? -1) - (b.place.item ?? -1),
    )
    .map(({ each, place }) => {
      const of = place.item === null ? undefined : itemsOf.get(place.node);
      return {
        ...placeOf(store, each, order.get(place.node)?.kind ?? ''),
        ...(of === undefined ? {} : { of }),
      };
    });
}

function placeOf(store: Store, row: Row, kind: string): RunNodeView & { reason?: string } {
  const detail = textAt(store, row['detail']);
  const title = textAt(store, row['title']);
  const evidence = textAt(store, row['evidence']);
  const { outcome, reason } = row;
  return {
    address: String(row['address']),
    kind,
    attempts: Number(row['attempts']),
    ...(typeof outcome === 'string' ? { outcome: outcome as NonNullable<RunNodeView['outcome']> } : {}),
    ...(evidence === undefined ? {} : { evidence: JSON.parse(evidence) as Evidence[] }),
    ...(detail !== undefined
      ? { detail }
      : typeof reason === 'string'
        ? { detail: reasonWords(reason) }
        : {}),
    ...(title === undefined ? {} : { title }),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
}

function reasonWords(reason: string): string {
  if (reason === 'if') return 'Its condition said no.';
  return reason === 'needs' ? 'What it needs did not come about.' : 'The run was stopped before.';
}

function viewOf(store: Store, row: Row, now: number): RunView {
  const run = String(row['run']);
  const startedAt = Number(row['started_at']);
  const endedAt = row['ended_at'] === null ? undefined : Number(row['ended_at']);
  const outcome = row['outcome'] === null ? undefined : (row['outcome'] as NonNullable<RunView['outcome']>);
  const detail = textAt(store, row['detail']);
  return {
    schema: 'pantheon.run/1',
    id: run,
    flow: String(row['flow']),
    workspace: String(row['workspace']),
    priority: row['priority'] === 'night' ? 'night' : 'interactive',
    state: outcome === undefined ? 'running' : 'finished',
    ...(outcome === undefined ? {} : { outcome }),
    ...(detail === undefined ? {} : { detail }),
    ...(row['cause'] === 'environment' ? { cause: 'environment' as const } : {}),
    baseTree: typeof row['base_tree'] === 'string' ? row['base_tree'] : null,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: endedAt === undefined ? null : new Date(endedAt).toISOString(),
    nodes: runPlaces(store, run).map(({ reason: _reason, ...node }) => node),
    proposals: JSON.parse(String(row['proposals'])) as string[],
    totals: {
      calls: Number(row['calls']),
      promptTokens: Number(row['prompt_tokens']),
      answerTokens: Number(row['answer_tokens']),
      modelSwaps: Number(row['swaps']),
      memoHits: Number(row['memo_hits']),
      retries: Number(row['retries']),
      modelMs: Number(row['model_ms']),
      checkMs: Number(row['check_ms']),
      wallMs: Math.max(0, (endedAt ?? now) - startedAt),
    },
  };
}

function textAt(store: Store, ref: unknown): string | undefined {
  return typeof ref === 'string' ? store.getText(ref as ContentRef) : undefined;
}
