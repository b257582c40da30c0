import path from 'node:path';

import type { Json } from '../common/index.ts';
import type { CompiledNode, NodeBody } from '../flow/index.ts';
import type { CommandResult } from '../workspace/index.ts';
import { schemaCheck } from '../spec/index.ts';
import type { NodeContext, NodeResult } from './types.ts';

const TAIL_CHARS = 2000;

/** A command in a checkout of the node's input tree. With a schema, what it prints is read as JSON and becomes the output. */
export async function runNode(
  ctx: NodeContext,
  node: CompiledNode,
  body: NodeBody & { kind: 'run' },
): Promise<NodeResult> {
  const command = ctx.command(body.command);
  ctx.say(briefly(command.argv));
  const result = await ctx.step('command', 'command', async () => {
    const value = await execute(ctx, command);
    return { value, outcome: value.exitCode === 0 ? 'passed' : 'failed' };
  });
  const said = tailOf(result);
  if (result.timedOut) {
    return failed(
      'timeout',
      `${briefly(command.argv)} did not end within ${ctx.timeoutMs / 1000} s. ${said}`,
    );
  }
  if (result.exitCode !== 0) {
    const how =
      result.exitCode === null ? `was ended by ${result.signal}` : `ended with exit code ${result.exitCode}`;
    return failed('error', `${briefly(command.argv)} ${how}. ${said}`);
  }
  if (body.outputSchema === undefined) {
    return { outcome: 'succeeded', tree: ctx.inputTree, output: { stdout: result.stdout } };
  }
  const read = readOutput(result, body.outputSchema);
  if ('problem' in read) return failed('invalid-output', `${briefly(command.argv)}: ${read.problem}`);
  return { outcome: 'succeeded', tree: ctx.inputTree, output: read.output };
}

type Printed = Pick<CommandResult, 'exitCode' | 'signal' | 'timedOut' | 'stdout' | 'stderr' | 'truncated'>;

async function execute(
  ctx: NodeContext,
  command: { argv: readonly string[]; env: Readonly<Record<string, string>> },
): Promise<Printed> {
  return await ctx.inSlot(async () => {
    const checkout = await ctx.workspace.checkouts.acquire(ctx.inputTree, ctx.signal);
    try {
      const request = { ...command, timeoutMs: ctx.timeoutMs, readable: ctx.readable };
      const { exitCode, signal, timedOut, stdout, stderr, truncated } = await ctx.workspace.exec(
        checkout,
        request,
        ctx.signal,
      );
      return { exitCode, signal, timedOut, stdout, stderr, truncated };
    } finally {
      await checkout.dispose();
    }
  });
}

function readOutput({ stdout, truncated }: Printed, schema: Json): { output: Json } | { problem: string } {
  if (truncated) return { problem: 'it printed more than can be read.' };
  let output: Json;
  try {
    output = JSON.parse(stdout) as Json;
  } catch (error) {
    return {
      problem: `what it printed is not JSON: ${(error as Error).message}. It begins: ${stdout.slice(0, 200)}`,
    };
  }
  const compiled = schemaCheck(schema);
  if (!compiled.ok) return { problem: `the output's schema does not compile: ${compiled.problem}` };
  const breaches = compiled.check(output);
  if (breaches.length === 0) return { output };
  return {
    problem: `what it printed does not follow its schema: ${breaches.map(({ message }) => message).join('; ')}.`,
  };
}

/** A command as a person names it: programs and scripts without their folders. */
function briefly(argv: readonly string[]): string {
  const words = argv.filter((word) => word !== '');
  return words
    .map((word) => (path.isAbsolute(word) ? path.basename(word) : word))
    .join(' ')
    .slice(0, 80);
}

function tailOf({ stderr, stdout }: Printed): string {
  const said = (stderr.trim() === '' ? stdout : stderr).trim();
  return said === '' ? 'It printed nothing.' : `It printed: ${said.slice(-TAIL_CHARS)}`;
}

function failed(cause: 'timeout' | 'error' | 'invalid-output', detail: string): NodeResult {
  return { outcome: 'failed', cause, detail };
}
