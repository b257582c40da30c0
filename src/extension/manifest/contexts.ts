/** Context keys that the extension sets, for when-clauses and for the steps of the walkthrough. */
export const contexts = {
  /** `away` when no background runner answers, `returning` while one that was killed is started again, `ready` when one answers. */
  runner: 'pantheon.runner',
  /** True once a model server that answers was seen. */
  modelServerFound: 'pantheon.modelServerFound',
  /** True once an agent's model was found installed. */
  modelReady: 'pantheon.modelReady',
  agentRan: 'pantheon.agentRan',
  hunkDecided: 'pantheon.hunkDecided',
  nightPlanned: 'pantheon.nightPlanned',
  /** True while the file in the active editor has open hunks. */
  activeFileHasHunks: 'pantheon.activeFileHasHunks',
} as const;

export type ContextName = keyof typeof contexts;

/** Milestones that stay reached, and complete the walkthrough's steps. */
export const milestones = [
  'modelServerFound',
  'modelReady',
  'agentRan',
  'hunkDecided',
  'nightPlanned',
] as const satisfies readonly ContextName[];
export type Milestone = (typeof milestones)[number];

/** What a tree row is, for menus: the `contextValue` of its tree item. */
export const rows = {
  proposal: 'proposal',
  /** A proposal whose hunks are open in their files. */
  proposalInReview: 'proposalInReview',
  proposalFile: 'proposalFile',
  /** A hunk that waits for a decision. */
  hunk: 'hunk',
  /** A hunk whose lines changed since it was proposed. */
  conflictedHunk: 'conflictedHunk',
  decidedHunk: 'decidedHunk',
  /** A proposal of remarks alone. */
  remarks: 'remarks',
  /** A remark that waits for a decision; one that suggests a change can be applied. */
  finding: 'finding',
  suggestion: 'suggestion',
  decidedFinding: 'decidedFinding',
  queued: 'queued',
  paused: 'paused',
  running: 'running',
  finished: 'finished',
  agent: 'agent',
  flow: 'flow',
} as const;
export type RowKind = keyof typeof rows;

/** `viewItem =~ /^(a|b)$/` for the rows of these kinds. */
export function whenRow(...kinds: readonly RowKind[]): string {
  return kinds.length === 1 ? `viewItem == ${kinds[0]}` : `viewItem =~ /^(${kinds.join('|')})$/`;
}
