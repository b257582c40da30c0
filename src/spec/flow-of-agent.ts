import { hashOf } from '../common/index.ts';
import type { BestOf, CompiledAgent, CompiledFlow, CompiledNode, CompiledOutput } from '../flow/index.ts';
import { DEFAULT_RETRY } from './node-parts.ts';
import type { LoadedAgent } from './types.ts';

/** An agent alone as a flow of one node, `agent`, whose edit or findings are proposed. */
export function flowOfAgent({ agent }: LoadedAgent): CompiledFlow {
  const { kind } = agent.output;
  return flowWith(agent, {
    edits: kind === 'edit' ? ['agent'] : [],
    findings: kind === 'findings' ? ['agent'] : [],
  });
}

/** Samples of an agent that cannot read what was said and so can only try again; this many must make the same change. */
const AGAIN: BestOf = { n: 9, pick: 'vote', agree: 4 };

/**
 * An agent alone that answers in a thread: what it remarks is said there, so only what it changes, or suggests to change, is
 * proposed.
 */
export function followUpOf({ agent }: LoadedAgent): CompiledFlow {
  const { kind } = agent.output;
  const proposes = kind === 'edit' || kind === 'findings' ? ['agent'] : [];
  const isAgain = kind === 'edit' && !('thread' in agent.inputs);
  return flowWith(agent, { edits: proposes, findings: [], ...(isAgain ? { bestOf: AGAIN } : {}) });
}

interface Wanted {
  readonly edits: readonly string[];
  readonly findings: readonly string[];
  readonly bestOf?: BestOf;
}

function flowWith(agent: CompiledAgent, { edits, findings, bestOf }: Wanted): CompiledFlow {
  const inputs = Object.entries(agent.inputs).map(([name, { optional, default: standard }]) => {
    const isSure = !optional || standard !== undefined;
    return [name, isSure ? `\${{ inputs.${name} }}` : `\${{ has(inputs.${name}) ? inputs.${name} : null }}`];
  });
  const node: CompiledNode = {
    id: 'agent',
    needs: [],
    join: 'all',
    maxParallel: 1,
    timeoutMs: agent.limits.timeMs,
    retry: DEFAULT_RETRY,
    continueOnFail: false,
    body: {
      kind: 'uses',
      agent: { name: `agents/${agent.name}`, hash: agent.hash },
      with: Object.fromEntries(inputs) as Record<string, string>,
      ...(bestOf === undefined ? {} : { bestOf }),
      repairMax: 1,
      fallback: bestOf === undefined ? [] : ['abstain'],
    },
  };
  const inbox: CompiledOutput = { id: 'inbox', kind: 'propose', needs: [], edits, findings, evidence: [] };
  const meaning = {
    name: agent.name,
    description: agent.description,
    version: 1,
    inputs: agent.inputs,
    limits: { timeMs: agent.limits.timeMs, tokens: agent.limits.tokens },
    nodes: [node],
    outputs: edits.length + findings.length > 0 ? [inbox] : [],
  };
  return { ...meaning, hash: hashOf(meaning) };
}
