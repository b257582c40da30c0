import { NO_FIGURES, type AgentFigures } from '../learn/index.ts';
import type { SpecsView } from '../protocol/index.ts';
import type { SpecSet } from '../spec/index.ts';

/** What clients see of the agents and flows of a workspace. */
export function specsView(specs: SpecSet, figures: ReadonlyMap<string, AgentFigures>): SpecsView {
  return {
    schema: 'pantheon.specs/1',
    agents: [...specs.agents.entries()].map(([name, { agent, origin, path }]) => ({
      name,
      description: agent.description,
      origin,
      path,
      hash: agent.hash,
      version: agent.version,
      models: [...agent.models],
      ...(figures.get(agent.hash) ?? NO_FIGURES),
      inputs: inputsOf(agent.inputs),
      output: agent.output.kind === 'edit' ? `edit ${agent.output.unit}` : agent.output.kind,
    })),
    flows: [...specs.flows.entries()].map(([name, { flow, origin, path }]) => ({
      name,
      description: flow.description ?? '',
      origin,
      path,
      hash: flow.hash,
      inputs: inputsOf(flow.inputs),
    })),
    diagnostics: specs.diagnostics.map(({ code, severity, message, path, range }) => ({
      code,
      severity,
      message,
      path,
      line: range.start.line + 1,
      column: range.start.character + 1,
      endLine: range.end.line + 1,
      endColumn: range.end.character + 1,
    })),
  };
}

type Declared = Readonly<
  Record<string, { readonly type: string; readonly optional: boolean; readonly default?: unknown }>
>;

function inputsOf(inputs: Declared): Record<string, { type: string; optional: boolean }> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      { type: input.type, optional: input.optional || input.default !== undefined },
    ]),
  );
}
