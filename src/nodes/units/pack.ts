import { UserError } from '../../common/index.ts';
import type { Json, JsonObject } from '../../common/index.ts';
import { renderTemplate } from '../../expr/index.ts';
import type { CompiledAgent, ContextPart } from '../../flow/index.ts';
import { linesOf } from './lines.ts';
import type { PromptSources, SourceFile } from './sources.ts';

/** A prompt and what it is made of. Sizes are UTF-16 code units; the caller knows how many make a token. */
export interface PackedPrompt {
  readonly system: string;
  readonly user: string;
  /** What is in the user message, in its order. */
  readonly parts: readonly { readonly source: string; readonly chars: number }[];
  /** What did not fit, most important first. */
  readonly leftOut: readonly string[];
}

interface Piece {
  readonly kind: ContextPart;
  readonly source: string;
  readonly text: string;
  /** Without it the call has no sense. */
  readonly isTask: boolean;
}

/** From what stays the same over many calls to what is new in each, so that servers can keep the common beginning. */
const LAYOUT: readonly ContextPart[] = ['instructions', 'imports', 'file', 'changes', 'inputs', 'function'];

/**
 * Packs a call: the agent's body as system message, its context as user message. Pieces are taken whole, most important
 * first, while they fit; a line at the end names what was left out. If the unit to change is the only piece, the user
 * message is exactly its numbered lines.
 * @throws UserError `prompt-too-large` if system text and task alone exceed the budget; `expression-failed`.
 */
export function packPrompt(
  agent: Pick<CompiledAgent, 'name' | 'body' | 'context'>,
  inputs: Readonly<Record<string, Json>>,
  sources: PromptSources,
  budgetChars: number,
): PackedPrompt {
  const system = renderTemplate(agent.body, { variables: { inputs: inputs as JsonObject } });
  const wanted = piecesFor(agent.context, inputs, sources);
  const [first] = wanted;
  if (wanted.length === 1 && first?.isTask === true && sources.unit !== undefined) {
    const user = sources.unit.numbered;
    checkFits(agent.name, system.length + user.length, budgetChars);
    return { system, user, parts: [{ source: first.source, chars: user.length }], leftOut: [] };
  }
  const { taken, leftOut } = choose(wanted, budgetChars - system.length, agent.name);
  const ordered = LAYOUT.flatMap((kind) =>
    taken.filter((piece) => piece.kind === kind && !piece.isTask),
  ).concat(taken.filter((piece) => piece.isTask));
  const user = [...ordered.map((piece) => piece.text), ...leftOutLine(leftOut)].join('\n\n');
  return {
    system,
    user,
    parts: ordered.map(({ source, text }) => ({ source, chars: text.length })),
    leftOut,
  };
}

/** Room kept for the line that says what was left out. */
const LEFT_OUT_CHARS = 200;

function choose(
  wanted: readonly Piece[],
  budget: number,
  agent: string,
): { taken: readonly Piece[]; leftOut: readonly string[] } {
  const taken: Piece[] = [];
  const leftOut: string[] = [];
  const tasks = wanted.filter((piece) => piece.isTask);
  let left = budget;
  for (const piece of [...tasks, ...wanted.filter((each) => !each.isTask)]) {
    const cost = piece.text.length + 2;
    if (piece.isTask) checkFits(agent, cost, left);
    if (piece.isTask || cost + LEFT_OUT_CHARS <= left) {
      taken.push(piece);
      left -= cost;
    } else leftOut.push(piece.source);
  }
  return { taken, leftOut };
}

function piecesFor(
  context: readonly ContextPart[],
  inputs: Readonly<Record<string, Json>>,
  sources: PromptSources,
): readonly Piece[] {
  const pieces = context.flatMap((kind) => piecesOf(kind, inputs, sources));
  if (sources.unit === undefined || pieces.some((piece) => piece.isTask)) return pieces;
  return [...piecesOf('function', inputs, sources), ...pieces];
}

function piecesOf(
  kind: ContextPart,
  inputs: Readonly<Record<string, Json>>,
  sources: PromptSources,
): readonly Piece[] {
  const { unit, file } = sources;
  const isWholeFile =
    unit !== undefined && unit.function === undefined && unit.firstLine === 1 && unit.text === file?.text;
  switch (kind) {
    case 'function':
      return unit === undefined ? [] : [taskOf(unit.path, unit.function?.name, unit.numbered)];
    case 'file':
      if (unit !== undefined && isWholeFile && unit.lastLine >= linesOf(unit.text).lines.length) {
        return [taskOf(unit.path, undefined, unit.numbered)];
      }
      if (file === undefined) return [];
      return [
        {
          kind,
          source: `file ${file.path}`,
          text: `File ${file.path}:\n${numbered(file)}`,
          isTask: unit === undefined,
        },
      ];
    case 'imports':
      return (sources.imports ?? []).map((each) => ({
        kind,
        source: `import ${each.path}`,
        text: `Imported file ${each.path}:\n${each.text.trimEnd()}`,
        isTask: false,
      }));
    case 'instructions':
      return (sources.instructions ?? []).map((each) => ({
        kind,
        source: `instructions ${each.path}`,
        text: `Instructions of this project (${each.path}):\n${each.text.trim()}`,
        isTask: false,
      }));
    case 'changes':
      if (sources.changes === undefined || sources.changes === '') return [];
      return [{ kind, source: 'changes', text: `Changes:\n${sources.changes.trimEnd()}`, isTask: false }];
    case 'inputs': {
      const lines = Object.entries(inputs)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
      return lines.length === 0
        ? []
        : [{ kind, source: 'inputs', text: `Inputs:\n${lines.join('\n')}`, isTask: false }];
    }
  }
}

function taskOf(path: string, name: string | undefined, text: string): Piece {
  const what = name === undefined ? path : `${name} in ${path}`;
  return { kind: 'function', source: `unit ${what}`, text: `To change, ${what}:\n${text}`, isTask: true };
}

function numbered(file: SourceFile): string {
  return linesOf(file.text)
    .lines.map((line, index) => `${index + 1}| ${line.text}`)
    .join('\n');
}

function leftOutLine(leftOut: readonly string[]): string[] {
  if (leftOut.length === 0) return [];
  const line = `Left out for lack of room: ${leftOut.join(', ')}.`;
  return [line.length <= LEFT_OUT_CHARS ? line : `Left out for lack of room: ${leftOut.length} parts.`];
}

function checkFits(agent: string, chars: number, budgetChars: number): void {
  if (chars <= budgetChars) return;
  throw new UserError(
    'prompt-too-large',
    `The call of ${agent} needs ${chars} characters; ${Math.max(0, budgetChars)} fit into the model's context.`,
    'Choose a smaller piece, or a model with a larger context.',
  );
}
