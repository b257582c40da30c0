/** Words of GitHub Actions, GitLab, Airflow, Argo and others, and what they are called here. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  needs: ['depends_on', 'depends-on', 'dependsOn', 'dependencies', 'after', 'requires'],
  if: ['when', 'condition', 'only', 'rules'],
  nodes: ['steps', 'jobs', 'tasks', 'stages'],
  'for-each': ['foreach', 'for_each', 'forEach', 'matrix', 'strategy', 'with_items', 'withItems'],
  'max-parallel': ['max_parallel', 'maxParallel', 'parallel', 'concurrency'],
  'best-of': ['best_of', 'bestOf', 'samples'],
  timeout: ['timeout-minutes', 'timeout_minutes', 'timeoutMinutes', 'time_limit'],
  retry: ['retries', 'retry_policy', 'retryPolicy'],
  env: ['environment', 'variables'],
  run: ['command', 'cmd', 'script', 'exec'],
  uses: ['agent', 'action', 'template'],
  with: ['args', 'arguments', 'parameters', 'params'],
  inputs: ['parameters', 'params', 'args'],
  flow: ['name', 'workflow', 'pipeline'],
  on: ['triggers', 'trigger'],
  'continue-on-fail': ['continue-on-error', 'allow_failure', 'ignore_errors'],
  outputs: ['results', 'effects'],
  context: ['include', 'contextFiles'],
  limits: ['limit', 'budget'],
};

/** The word used here for one of another tool, if that key is known at this place and not given yet. */
export function otherToolsWord(word: string, known: readonly string[]): string | undefined {
  return Object.entries(WORDS).find(([ours, theirs]) => known.includes(ours) && theirs.includes(word))?.[0];
}
