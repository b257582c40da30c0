import type { Diagnostic } from './types.ts';

interface CodeEntry {
  readonly severity: Diagnostic['severity'];
  /** What it means and what to do, for the page of codes. */
  readonly meaning: string;
}

/** Every code of a diagnostic. docs/diagnostics.md is made of this table. */
export const CODES = {
  'yaml-syntax': {
    severity: 'error',
    meaning: 'The text is not YAML. Correct it at the position; nothing else of the file is looked at.',
  },
  'file-unreadable': {
    severity: 'error',
    meaning: 'The file cannot be read, for example a link that leads nowhere. Mend its rights, or remove it.',
  },
  'file-too-large': { severity: 'error', meaning: 'The file is larger than 256 KB. Make it smaller.' },
  'frontmatter-missing': {
    severity: 'error',
    meaning: 'An agent file begins with settings between two lines of `---`. Add them.',
  },
  'wrong-type': {
    severity: 'error',
    meaning: 'A value is of another kind than the key takes, for example a text where a list belongs.',
  },
  'wrong-value': {
    severity: 'error',
    meaning: 'A value is not one of those the key takes, or outside its bounds.',
  },
  'wrong-duration': {
    severity: 'error',
    meaning:
      'A duration is written as `500ms`, `30s`, `10m`, `2h`, `1d` or several of these in a row (`1h30m`).',
  },
  'wrong-name': {
    severity: 'error',
    meaning:
      'A name is not made of the characters it may have: node ids and inputs are small letters, digits and `_` and begin with a letter.',
  },
  'missing-key': { severity: 'error', meaning: 'A key that must be there is not. Add it.' },
  'unknown-key': {
    severity: 'warning',
    meaning: 'The key has no meaning here. It is kept as it is. Correct the spelling or remove it.',
  },
  'other-tools-word': { severity: 'error', meaning: 'Another tool calls it so. Use the word that is named.' },
  'not-available': {
    severity: 'error',
    meaning:
      'The design has it, this version does not run it yet. Remove it, so that nothing is left undone in silence.',
  },
  'not-used': {
    severity: 'info',
    meaning: 'The key is known and kept, and changes nothing about how Pantheon runs the agent or flow.',
  },
  'schedule-off': {
    severity: 'warning',
    meaning: 'A schedule does nothing by itself: put the flow into the queue for a night.',
  },
  'name-differs': {
    severity: 'warning',
    meaning:
      'The name inside the file is not that of the file. The file is found by its file name (agents) or inner name (flows).',
  },
  'duplicate-name': {
    severity: 'error',
    meaning: 'Two files of one place define the same agent or flow. Rename one.',
  },
  'unknown-agent': {
    severity: 'error',
    meaning: 'No agent of that name exists in the workspace, the own folder or among the bundled ones.',
  },
  'broken-agent': {
    severity: 'error',
    meaning:
      'The nearest agent of that name has errors. Correct them; one farther away is not taken in its place.',
  },
  'unknown-node': { severity: 'error', meaning: 'No node of that name exists in the flow.' },
  'wrong-reference': {
    severity: 'error',
    meaning: 'The node exists and cannot be used so, for example `edits` of a node that makes none.',
  },
  'missing-need': {
    severity: 'error',
    meaning: 'An expression uses a node that need not have ended. Add it to `needs`.',
  },
  cycle: { severity: 'error', meaning: 'Nodes need each other in a circle. Take one of the needs out.' },
  'node-kind': {
    severity: 'error',
    meaning: 'A node has exactly one of `uses`, `run`, `shell`, `check`. Give one.',
  },
  'output-kind': {
    severity: 'error',
    meaning:
      'An agent has exactly one output: `edit`, `findings`, `data` or `text`; an output of a flow has `propose`.',
  },
  'unknown-input': { severity: 'error', meaning: 'The agent has no input of that name.' },
  'missing-input': { severity: 'error', meaning: 'The agent needs an input that is not given in `with`.' },
  'template-in-command': {
    severity: 'error',
    meaning:
      'A command takes no `${{ }}`: put the value into `env` and write `$NAME` as an argument of its own.',
  },
  'unknown-variable': {
    severity: 'error',
    meaning:
      'A `$NAME` of a command is neither in `env` nor one of PATH, HOME, TMPDIR, LANG, PANTHEON_FLOW_DIR.',
  },
  'expression-syntax': {
    severity: 'error',
    meaning: 'An expression is not CEL, or its braces are not closed.',
  },
  'expression-type': {
    severity: 'error',
    meaning: 'An expression uses a name that is not there, or values that do not fit together or the place.',
  },
  'expression-too-large': {
    severity: 'error',
    meaning: 'An expression is too long or too deep. Make it simpler.',
  },
  'schema-missing': {
    severity: 'error',
    meaning: 'The file of a `$ref` does not exist or lies outside the folder of agents and flows.',
  },
  'schema-wrong': { severity: 'error', meaning: 'The schema is not a JSON Schema of 2020-12.' },
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type Code = keyof typeof CODES;

/** The page docs/diagnostics.md, laid out as the formatter does. */
export function diagnosticsPage(): string {
  const entries = Object.entries(CODES).map(([code, { severity, meaning }]) => [
    `\`${code}\``,
    severity,
    meaning,
  ]);
  const rows = [['code', 'severity', 'meaning'], ...entries];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], filler: string) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, filler)).join(' | ')} |`;
  const table = [
    line(rows[0] ?? [], ' '),
    line(['', '', ''], '-'),
    ...rows.slice(1).map((row) => line(row, ' ')),
  ];
  return `# Diagnostics of agents, flows and settings

Every remark about a file that a person wrote has one of these codes, a range, and a sentence that says what to do.
An error keeps the file from being used; the other files are not touched by it. This page is made by
\`node test/unit/spec/write-diagnostics-page.ts\`.

${table.join('\n')}
`;
}
