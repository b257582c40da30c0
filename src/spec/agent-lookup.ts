import type { AgentRef, CompiledAgent } from '../flow/index.ts';
import { closest } from './closest.ts';
import type { Value } from './value.ts';

/** Agents by the name after `agents/`; `broken` are names whose nearest file has errors. */
export interface AgentLookup {
  readonly agents: ReadonlyMap<string, CompiledAgent>;
  readonly broken: ReadonlyMap<string, string>;
}

export interface FoundAgent {
  readonly ref: AgentRef;
  readonly agent: CompiledAgent;
}

/** Reads `agents/x` and finds the agent. */
export function readAgentRef(value: Value, lookup: AgentLookup): FoundAgent | undefined {
  const text = value.text();
  if (text === undefined) return undefined;
  if (text.startsWith('flows/')) {
    return value.wrong(
      'not-available',
      'A flow inside a flow is not available in this version. Use its nodes here.',
    );
  }
  const name = /^agents\/([^/].*)$/.exec(text)?.[1];
  if (name === undefined) {
    const fix = lookup.agents.has(text)
      ? { title: `Change to agents/${text}`, span: value.span, newText: `agents/${text}` }
      : undefined;
    value.yaml.report.add('wrong-value', value.span, `${value.name} takes agents/NAME.`, fix);
    return undefined;
  }
  const agent = lookup.agents.get(name);
  if (agent !== undefined) return { ref: { name: text, hash: agent.hash }, agent };
  const broken = lookup.broken.get(name);
  if (broken !== undefined)
    return value.wrong('broken-agent', `The agent ${name} has errors (${broken}). Correct them first.`);
  const near = closest(name, [...lookup.agents.keys()]);
  const hint = near === undefined ? `Create agents/${name}.agent.md.` : `Did you mean agents/${near}?`;
  const fix =
    near === undefined
      ? undefined
      : { title: `Change to agents/${near}`, span: value.span, newText: `agents/${near}` };
  value.yaml.report.add('unknown-agent', value.span, `There is no agent ${name}. ${hint}`, fix);
  return undefined;
}
