import type { Json } from '../common/index.ts';
import type { ChatMessage } from '../models/index.ts';
import { callModel, onlySampling, preparedFor, withProblem } from './agent-call.ts';
import { editResult } from './edit-result.ts';
import { cutFor, isFaithful, readTreeFile } from './sources.ts';
import type { Finding, NodeContext, NodeResult, PinnedAgent } from './types.ts';
import { findingsSchema, readAnswer, readData, readFindings, type CutUnit } from './units/index.ts';

/** How an answer is read: a result, or a sentence that goes back to the model. */
type Reader = (answer: string) => Promise<NodeResult | { readonly problem: string }>;

interface Task {
  readonly unit?: CutUnit;
  readonly file?: { readonly path: string; readonly text: string };
  readonly format?: Json;
  readonly read: Reader;
}

/** An agent without samples and check: one call, and repairs as long as its answer cannot be read. */
export async function singleCall(
  ctx: NodeContext,
  pinned: PinnedAgent,
  inputs: Readonly<Record<string, Json>>,
  prefix: string,
  repairMax: number,
): Promise<NodeResult> {
  const task = await taskOf(ctx, pinned, inputs);
  if ('problem' in task) return { outcome: 'failed', detail: task.problem };
  const { unit, file, format, read } = task;
  const { packed, answerTokens } = await preparedFor(ctx, pinned, inputs, {
    ...(unit === undefined ? {} : { unit }),
    ...(file === undefined ? {} : { file }),
  });
  let dialogue: readonly ChatMessage[] = [];
  for (let round = 0; ; round += 1) {
    ctx.say(`asks ${pinned.agent.name}`);
    const request = {
      pinned,
      packed,
      dialogue,
      sampling: onlySampling(ctx, pinned),
      validate: (text: string) => (text.trim() === '' ? 'empty' : 'answered'),
      ...(format === undefined ? {} : { format }),
    };
    const answer = await callModel(
      ctx,
      `call.${prefix}0${round === 0 ? '' : `.r${round}`}`,
      request,
      answerTokens,
    );
    const result = await read(answer);
    if (!('problem' in result)) return result;
    if (round >= repairMax) {
      return {
        outcome: 'failed',
        cause: 'invalid-output',
        detail: `${result.problem} The answer begins: ${answer.slice(0, 300)}`,
      };
    }
    dialogue = withProblem(dialogue, answer, result.problem);
  }
}

async function taskOf(
  ctx: NodeContext,
  pinned: PinnedAgent,
  inputs: Readonly<Record<string, Json>>,
): Promise<Task | { problem: string }> {
  const { output } = pinned.agent;
  if (output.kind === 'edit') {
    const cut = await cutFor(ctx, pinned, inputs);
    if ('problem' in cut) return cut;
    return { unit: cut.unit, read: (answer) => readEdit(ctx, cut.unit, answer) };
  }
  const file = await fileOf(ctx, inputs);
  const common = file === undefined ? {} : { file };
  switch (output.kind) {
    case 'findings': {
      if (file === undefined)
        return { problem: 'The agent writes about a file, but no file that exists was given to it.' };
      return {
        ...common,
        format: findingsSchema(output.max),
        read: (answer) => Promise.resolve(readRemarks(pinned, file, output.max, answer)),
      };
    }
    case 'data':
      return {
        ...common,
        format: output.schema,
        read: (answer) => Promise.resolve(readValue(output.schema, answer)),
      };
    case 'text':
      return {
        ...common,
        read: (answer) =>
          Promise.resolve(
            answer.trim() === ''
              ? { problem: 'The answer is empty.' }
              : { outcome: 'succeeded', output: answer.trim() },
          ),
      };
  }
}

async function fileOf(ctx: NodeContext, inputs: Readonly<Record<string, Json>>): Promise<Task['file']> {
  const path = inputs['file'];
  if (typeof path !== 'string' || path === '') return undefined;
  const text = await readTreeFile(ctx, path);
  return text === undefined || !isFaithful(text) ? undefined : { path, text };
}

async function readEdit(
  ctx: NodeContext,
  unit: CutUnit,
  answer: string,
): Promise<NodeResult | { problem: string }> {
  const read = readAnswer(answer, unit);
  if (read.kind === 'unreadable') return { problem: read.problem };
  if (read.kind === 'unchanged')
    return { outcome: 'abstained', detail: 'The agent found nothing to change.' };
  const { lines } = ctx.limits;
  if (lines !== undefined && read.changedLines.length > lines) {
    return { problem: `The edit changes ${read.changedLines.length} lines; at most ${lines} are allowed.` };
  }
  return await editResult(ctx, unit.path, read);
}

function readRemarks(
  { agent }: PinnedAgent,
  file: { readonly path: string; readonly text: string },
  max: number,
  answer: string,
): NodeResult | { problem: string } {
  const read = readFindings(answer, max, file.text.split('\n').length);
  if (read.kind === 'unreadable') return { problem: read.problem };
  const findings: Finding[] = read.value.map((finding) => ({
    ...finding,
    path: file.path,
    agent: agent.name,
  }));
  return {
    outcome: 'succeeded',
    detail: findings.length === 0 ? 'Nothing to remark.' : remarksIn(findings.length),
    findings,
    output: { findings: findings.map((finding) => ({ ...finding })) },
  };
}

function remarksIn(count: number): string {
  return count === 1 ? '1 remark.' : `${count} remarks.`;
}

function readValue(schema: Json, answer: string): NodeResult | { problem: string } {
  const read = readData(answer, schema);
  return read.kind === 'unreadable'
    ? { problem: read.problem }
    : { outcome: 'succeeded', output: read.value };
}
