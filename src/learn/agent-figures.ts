import { prepared, type Store } from '../store/index.ts';

/** What an agent came to in a workspace. */
export interface AgentFigures {
  /** Places that it worked on and that ended: a file, a function, an item of a list. */
  readonly tried: number;
  /** Those whose result held, after all edits were looked at together. */
  readonly succeeded: number;
  /** Hunks and remarks of its own that the person accepted or rejected. */
  readonly decided: number;
  /** Those accepted, as they were or edited. */
  readonly accepted: number;
}

/** Of an agent that never ran. */
export const NO_FIGURES: AgentFigures = { tried: 0, succeeded: 0, decided: 0, accepted: 0 };

const triedSql = `SELECT hash, COUNT(*) AS n, SUM(outcome = 'succeeded') AS good FROM (
    SELECT DISTINCT c.run, c.place, c.facts ->> 'agentHash' AS hash, c.item_outcome AS outcome
    FROM learn_calls c JOIN learn_runs r USING (run)
    WHERE r.workspace = ? AND c.item_outcome IN ('succeeded', 'failed', 'abstained'))
  GROUP BY hash`;

const decidedSql = `SELECT hash, COUNT(*) AS n, SUM(verdict = 'accepted') AS good FROM (
    SELECT DISTINCT d.id, d.verdict, c.facts ->> 'agentHash' AS hash
    FROM learn_decisions d JOIN learn_runs r USING (run)
    JOIN learn_calls c ON c.run = d.run AND (c.place = d.place OR c.agent = d.agent)
    WHERE r.workspace = ? AND d.verdict IS NOT NULL)
  GROUP BY hash`;

/** Figures by the hash of the agent: an agent that was changed begins anew. */
export function agentFigures(store: Store, workspaceRoot: string): ReadonlyMap<string, AgentFigures> {
  const found = new Map<string, AgentFigures>();
  const add = (hash: string, figures: Partial<AgentFigures>) =>
    found.set(hash, { ...NO_FIGURES, ...found.get(hash), ...figures });
  for (const { hash, n, good } of counted(triedSql)) add(hash, { tried: n, succeeded: good });
  for (const { hash, n, good } of counted(decidedSql)) add(hash, { decided: n, accepted: good });
  return found;

  function counted(sql: string) {
    return prepared(store.db, sql)
      .all(workspaceRoot)
      .map((row) => ({ hash: String(row['hash']), n: Number(row['n']), good: Number(row['good']) }));
  }
}
