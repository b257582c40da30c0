import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';

import { hashOf, sha256, UserError, type Json } from '../common/index.ts';
import type { AgentRef, CompiledAgent, CompiledFlow, CompiledNode, FlowInput } from '../flow/index.ts';
import type { ResolvedModel } from '../models/index.ts';
import { flowOfAgent, followUpOf, type SpecSet } from '../spec/index.ts';
import type { RunnerDeps } from './deps.ts';
import type { RunRequest } from './types.ts';

/** Everything that decides what a run means; files that are edited later change nothing. */
export interface Pin {
  readonly flow: CompiledFlow;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly agents: readonly { readonly agent: CompiledAgent; readonly model: ResolvedModel }[];
  /** Nodes without a model that the flow can do without, each with the sentence that says so. */
  readonly leftOut?: Readonly<Record<string, string>>;
  /** Name of the copied flow folder below `pins/`. */
  readonly folder: string | null;
  readonly limits: { readonly files?: number; readonly lines?: number; readonly timeMs?: number };
}

const MAX_FOLDER_BYTES = 20_000_000;

/**
 * Resolves flow, agents, models and the flow's folder.
 * @throws UserError `flow-not-found`, `agent-not-found`, `input-missing`, `input-unknown`, `flow-folder-too-large`, and
 *   what the model service throws for models that no server has.
 */
export async function pinRun(deps: RunnerDeps, request: RunRequest, signal: AbortSignal): Promise<Pin> {
  const specs = await deps.specs(request.workspaceRoot);
  const { flow, dir } = findFlow(specs, request);
  const night = request.priority === 'night';
  const pinned = new Map<string, Pin['agents'][number]>();
  const leftOut: Record<string, string> = {};
  for (const node of flow.nodes) {
    try {
      for (const agent of agentsOf(node, specs)) {
        if (pinned.has(agent.hash)) continue;
        const model = await deps.models.resolve(candidatesOf(agent, specs), signal, { night });
        pinned.set(agent.hash, { agent, model });
      }
    } catch (error) {
      const isDispensable = node.body.kind === 'uses' && node.body.withoutModel === 'skip';
      if (!isDispensable || !(error instanceof UserError) || error.code !== 'model-missing') throw error;
      leftOut[node.id] = `${node.id} was left out. ${error.message} ${error.remedy}`;
    }
  }
  return {
    flow,
    inputs: completeInputs(flow.inputs, request.inputs, request.flow),
    agents: [...pinned.values()],
    ...(Object.keys(leftOut).length === 0 ? {} : { leftOut }),
    folder: dir === undefined ? null : copyFolder(dir, join(deps.home, 'pins')),
    limits: specs.settings.limits,
  };
}

function findFlow(specs: SpecSet, { flow: name, thread }: RunRequest): { flow: CompiledFlow; dir?: string } {
  if (name.startsWith('agents/')) {
    const agent = specs.agents.get(name.slice('agents/'.length));
    if (agent !== undefined) return { flow: thread === undefined ? flowOfAgent(agent) : followUpOf(agent) };
  } else {
    const flow = specs.flows.get(name.replace(/^flows\//, ''));
    if (flow !== undefined) return flow;
  }
  const broken = specs.diagnostics.find(({ severity, path }) => severity === 'error' && path.includes(name));
  const known = [...specs.flows.keys()].join(', ');
  throw new UserError(
    'flow-not-found',
    broken === undefined
      ? `There is no ${name.startsWith('agents/') ? 'agent' : 'flow'} ${name}. Flows: ${known || 'none'}.`
      : `${name} cannot be used: ${broken.path}:${broken.range.start.line + 1}: ${broken.message}`,
    broken === undefined ? 'See: pantheon flows' : 'See: pantheon validate',
    { exitCode: 2 },
  );
}

function agentsOf({ body }: CompiledNode, specs: SpecSet): readonly CompiledAgent[] {
  const refs: readonly (AgentRef | 'abstain')[] = body.kind === 'uses' ? [body.agent, ...body.fallback] : [];
  const found = new Map<string, CompiledAgent>();
  for (const ref of refs) {
    if (ref === 'abstain') continue;
    const loaded = [...specs.agents.values()].find(({ agent }) => agent.hash === ref.hash);
    const agent = loaded?.agent ?? specs.agents.get(ref.name.replace(/^agents\//, ''))?.agent;
    if (agent === undefined) {
      throw new UserError(
        'agent-not-found',
        `The flow uses ${ref.name}, which does not exist.`,
        'See: pantheon validate',
        {
          exitCode: 2,
        },
      );
    }
    found.set(agent.hash, agent);
  }
  return [...found.values()];
}

/** Tiers (`small`) stand for the models that the workspace's settings name. */
function candidatesOf(agent: CompiledAgent, specs: SpecSet): readonly string[] {
  const names = agent.models.flatMap((name) => specs.settings.models[name] ?? [name]);
  return [...new Set(names)];
}

function completeInputs(
  wanted: Readonly<Record<string, FlowInput>>,
  given: Readonly<Record<string, Json>>,
  flow: string,
): Readonly<Record<string, Json>> {
  const unknown = Object.keys(given).find((name) => !(name in wanted));
  if (unknown !== undefined) {
    const names = Object.keys(wanted).join(', ');
    throw new UserError(
      'input-unknown',
      `${flow} has no input ${unknown}.`,
      `Its inputs: ${names || 'none'}.`,
      {
        exitCode: 2,
      },
    );
  }
  const entries = Object.entries(wanted).flatMap(([name, input]): [string, Json][] => {
    const value = given[name] ?? input.default;
    if (value !== undefined) return [[name, value]];
    if (input.optional) return [[name, null]];
    throw new UserError('input-missing', `${flow} needs the input ${name}.`, `Give it: --input ${name}=…`, {
      exitCode: 2,
    });
  });
  return Object.fromEntries(entries);
}

/** Copies a folder under the hash of what is in it; a copy that is there is used again. Returns the copy's name. */
export function copyFolder(from: string, pins: string): string {
  const files = filesIn(from);
  const hash = hashOf(files.map((path) => [path, sha256(readFileSync(join(from, path)))])).slice(0, 32);
  const target = join(pins, hash);
  if (existsSync(target)) return hash;
  mkdirSync(pins, { recursive: true });
  const temporary = mkdtempSync(join(pins, '.new-'));
  try {
    for (const path of files) cpSync(join(from, path), join(temporary, path));
    renameSync(temporary, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return hash;
}

function filesIn(root: string): readonly string[] {
  const files: string[] = [];
  let bytes = 0;
  const visit = (folder: string): void => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git') visit(path);
      if (!entry.isFile()) continue;
      files.push(path);
      bytes += readFileSync(join(root, path)).byteLength;
      if (bytes > MAX_FOLDER_BYTES) {
        throw new UserError(
          'flow-folder-too-large',
          `The folder of the flow (${root}) has more than ${MAX_FOLDER_BYTES / 1_000_000} MB.`,
          'Give the flow a folder of its own with only what it needs.',
        );
      }
    }
  };
  visit('');
  return files;
}
