import * as l10n from '@vscode/l10n';

/** A file to begin with. */
export interface Template {
  readonly label: string;
  readonly detail: string;
  /** The name that is offered. */
  readonly name: string;
  text(name: string): string;
}

/** Names of agents and flows, as they stand in file names. */
export function isSpecName(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,63}$/.test(text);
}

export const agentTemplates = (): readonly Template[] => [
  {
    label: l10n.t('Remark on a file'),
    detail: l10n.t('Reads one file and leaves findings at lines; changes nothing.'),
    name: 'null-guard',
    text: (name) => `---
name: ${name}
description: Finds places in one file that read a value which can be null or undefined.
model: [qwen2.5-coder:7b, mender]
pantheon:
  version: 0.1.0
  inputs:
    file: { type: path }
  output: { findings: {} }
  context: [file]
  limits: { time: 3m }
---

You check exactly one thing: whether the code reads a value that can be null or undefined without looking first.
Remark only where you are sure, and say in one sentence which value it is and when it is missing.
`,
  },
  {
    label: l10n.t('Change a function'),
    detail: l10n.t('Reads one function and answers with the changed lines.'),
    name: 'clearer-names',
    text: (name) => `---
name: ${name}
description: Gives the local variables of one function clearer names.
model: [qwen2.5-coder:7b]
pantheon:
  version: 0.1.0
  inputs:
    file: { type: path }
    function: { type: string }
  output: { edit: { unit: function } }
  context: [function]
  limits: { time: 3m }
---

You get one function. Answer with the whole function in one fenced block, its local variables renamed so that each
says what it holds. Change nothing else.
`,
  },
];

export const flowTemplates = (): readonly Template[] => [
  {
    label: l10n.t('Mend one function until the tests pass'),
    detail: l10n.t('Gives one function to an agent and proposes the edit that the tests confirm.'),
    name: 'mend-one',
    text: (name) => `flow: ${name}
version: 1
description: Mends one function and proposes the edit that the tests confirm.
on: { command: true }
inputs:
  file: { type: path }
  function: { type: string }
nodes:
  mend:
    uses: agents/mender
    with: { file: '\${{ inputs.file }}', function: '\${{ inputs.function }}' }
    best-of: { n: 8, check: { run: [npm, test], compare: baseline, fixes: 1 } }
    fallback: [abstain]
outputs:
  inbox: { propose: { edits: [mend] } }
`,
  },
  {
    label: l10n.t('Run a check'),
    detail: l10n.t('Runs the tests of the project and says whether they hold.'),
    name: 'nightly-tests',
    text: (name) => `flow: ${name}
version: 1
description: Runs the tests of the project.
on: { command: true }
nodes:
  suite:
    check: { run: [npm, test], exit: 0 }
`,
  },
];
