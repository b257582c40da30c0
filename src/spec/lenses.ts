import { agentNameOf } from './agent.ts';
import { flowNameOf } from './flow-file.ts';
import type { Range, SpecSource } from './types.ts';

/** Something that can be done with a file, shown above a line of it. */
export interface Lens {
  readonly action: 'run-flow' | 'queue-flow' | 'try-agent';
  readonly title: string;
  /** Of the flow, or of the agent after `agents/`. */
  readonly name: string;
  readonly range: Range;
}

/** The acts of an agent or flow file; for other files none. */
export function lensesOf(source: SpecSource): readonly Lens[] {
  const lines = source.text.split(/\r\n|\n|\r/);
  if (source.path.endsWith('.agent.md')) {
    return [
      {
        action: 'try-agent',
        title: 'Try on this file',
        name: agentNameOf(source.path),
        range: rangeOf(lines, 0),
      },
    ];
  }
  if (!/\.flow\.ya?ml$/.test(source.path)) return [];
  const at = lines.findIndex((line) => /^flow\s*:/.test(line));
  const written = /^flow\s*:\s*(['"]?)([\w-]+)\1\s*(#.*)?$/.exec(lines[at] ?? '')?.[2];
  const name = written ?? flowNameOf(source.path);
  const range = rangeOf(lines, Math.max(0, at));
  return [
    { action: 'run-flow', title: 'Run now', name, range },
    { action: 'queue-flow', title: 'Queue for tonight', name, range },
  ];
}

function rangeOf(lines: readonly string[], line: number): Range {
  return { start: { line, character: 0 }, end: { line, character: (lines[line] ?? '').length } };
}
