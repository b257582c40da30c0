import { prepared, type Store } from '../store/index.ts';

/** What an agent came to in a workspace. */
export interface AgentFigures {
  /** Places that it worked on and that ended: a file, a function, an item of a list. */
  readonly tried: number;
  /** Those whose result held, after all edits were looked at together. */
  readonly succeeded: number;
}

/** Figures by the hash of the agent: an agent that was changed begins anew. */
export function agentFigures(store: Store, workspaceRoot: string): ReadonlyMap<string, AgentFigures> {
  const sql = `SELECT hash, COUNT(*) AS tried, SUM(outcome = 'succeeded') AS succeeded FROM (
      SELECT DISTINCT c.run, c.place, c.facts ->> 'agentHash' AS hash, c.item_outcome AS outcome
      FROM learn_calls c JOIN learn_runs r USING (run)
      WHERE r.workspace = ? AND c.item_outcome IN ('succeeded', 'failed', 'abstained'))
    GROUP BY hash`;
  const rows = prepared(store.db, sql).all(workspaceRoot);
  return new Map(
    rows.map((row) => [
      String(row['hash']),
      { tried: Number(row['tried']), succeeded: Number(row['succeeded']) },
    ]),
  );
}
