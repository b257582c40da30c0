import { UserError, type Json } from '../common/index.ts';
import type { PinnedAgent, NodeContext } from './types.ts';
import { cutUnit, gatherSources, type CutUnit, type PromptSources } from './units/index.ts';

/** Text of a file of the node's input tree. */
export async function readTreeFile(ctx: NodeContext, path: string): Promise<string | undefined> {
  const bytes = await ctx.workspace.trees.read(ctx.inputTree, path, ctx.signal);
  return bytes === undefined ? undefined : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** True if the text is the file: nothing was lost in decoding it. */
export function isFaithful(text: string): boolean {
  return !text.includes('\uFFFD') && !text.includes('\0');
}

/** The piece of a file that an `edit` agent may change, as its inputs say: `file`, and `function` or `lines`. */
export function unitOf(
  { agent }: PinnedAgent,
  inputs: Readonly<Record<string, unknown>>,
  path: string,
  text: string,
): CutUnit {
  const unit = agent.output.kind === 'edit' ? agent.output.unit : 'file';
  const selector = [inputs['function'], inputs['lines'], inputs['region']].find(
    (value): value is string => typeof value === 'string' && value !== '',
  );
  return cutUnit(text, path, selector, unit);
}

/** Everything that the agent's context asks for, read from the node's input tree. */
export async function sourcesFor(
  ctx: NodeContext,
  { agent }: PinnedAgent,
  about: { readonly unit?: CutUnit; readonly file?: { path: string; text: string } },
): Promise<PromptSources> {
  const known = new Map<string, string | undefined>();
  const path = about.unit?.path ?? about.file?.path;
  const changes = path === undefined ? undefined : ctx.changesOf(path);
  const all = { ...about, ...(changes === undefined ? {} : { changes }) };
  for (;;) {
    const missing = new Set<string>();
    const sources = gatherSources(agent, all, (file) => {
      if (!known.has(file)) missing.add(file);
      return known.get(file);
    });
    if (missing.size === 0) return sources;
    for (const file of missing) known.set(file, await readTreeFile(ctx, file).catch(() => undefined));
  }
}

/** What an item is about, for people: `src/lists.js lastOf`. */
export function titleOf(inputs: Readonly<Record<string, Json>>): string {
  const lines = inputs['lines'] ?? inputs['region'];
  const words = [
    inputs['file'],
    inputs['function'] ?? (typeof lines === 'string' ? linesTitle(lines) : lines),
  ];
  const known = words.filter((word): word is string => typeof word === 'string' && word !== '');
  return known.length === 0 ? Object.values(inputs).map(String).join(' ').slice(0, 80) : known.join(' ');
}

/** `12-12` is one line. */
function linesTitle(lines: string): string {
  const [first, last] = lines.split('-');
  return first === last ? `line ${first}` : `lines ${lines}`;
}

/** The unit to change, or why there is none. */
export async function cutFor(
  ctx: NodeContext,
  pinned: PinnedAgent,
  inputs: Readonly<Record<string, Json>>,
): Promise<{ unit: CutUnit } | { problem: string }> {
  const path = inputs['file'];
  if (typeof path !== 'string' || path === '') return { problem: 'No file was given to the agent.' };
  const rule = ctx.workspace.protectedBy(path);
  if (rule !== undefined)
    return { problem: `${path} is protected (${rule}), so nothing was asked about it.` };
  try {
    const text = await readTreeFile(ctx, path);
    if (text === undefined) return { problem: `${path} does not exist.` };
    if (!isFaithful(text)) return { problem: `${path} is not text in UTF-8.` };
    return { unit: unitOf(pinned, inputs, path, text) };
  } catch (error) {
    if (error instanceof UserError) return { problem: `${error.message} ${error.remedy}` };
    throw error;
  }
}
