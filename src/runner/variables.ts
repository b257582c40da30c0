import { UserError, type Json, type JsonObject } from '../common/index.ts';
import { evaluate, evaluateTemplate, renderTemplate } from '../expr/index.ts';
import type { Command, CompiledNode, FlowState } from '../flow/index.ts';
import { readyCommand, type ReadyCommand } from '../nodes/index.ts';
import type { Pin } from './pin.ts';
import type { Results } from './results.ts';

/** What the expressions of a run are evaluated with. */
export class Variables {
  readonly #run: string;
  readonly #pin: Pin;
  readonly #repo: JsonObject;
  readonly #results: Results;
  readonly #flowDir: string | undefined;

  constructor(options: {
    run: string;
    pin: Pin;
    repo: JsonObject;
    results: Results;
    flowDir: string | undefined;
  }) {
    this.#run = options.run;
    this.#pin = options.pin;
    this.#repo = options.repo;
    this.#results = options.results;
    this.#flowDir = options.flowDir;
  }

  /** A condition: `true` only if the value is. */
  condition(source: string, node: Pick<CompiledNode, 'needs'>, state: FlowState): boolean {
    const anyFailed = node.needs.some((id) => state.nodes.get(id)?.outcome === 'failed');
    return evaluate(source, { variables: this.#for([source], state), anyFailed }) === true;
  }

  items(node: CompiledNode, state: FlowState): readonly Json[] {
    const source = node.forEach ?? '[]';
    const list = evaluate(source, { variables: this.#for([source], state) });
    if (Array.isArray(list)) return list as readonly Json[];
    throw new UserError(
      'not-a-list',
      `for-each: ${source} is not a list.`,
      'Give an expression whose value is a list.',
      {
        exitCode: 2,
      },
    );
  }

  values(
    templates: Readonly<Record<string, string>>,
    state: FlowState,
    item: Json | undefined,
  ): Readonly<Record<string, Json>> {
    const variables = this.#for(Object.values(templates), state, item);
    return Object.fromEntries(
      Object.entries(templates).map(([name, template]) => [name, evaluateTemplate(template, { variables })]),
    );
  }

  command(command: Command, state: FlowState, item: Json | undefined): ReadyCommand {
    const variables = this.#for(Object.values(command.env), state, item);
    const env = Object.fromEntries(
      Object.entries(command.env).map(([name, template]) => [name, renderTemplate(template, { variables })]),
    );
    return readyCommand(command, {
      ...env,
      ...(this.#flowDir === undefined ? {} : { PANTHEON_FLOW_DIR: this.#flowDir }),
    });
  }

  /** Only nodes that are spoken of are read: outputs can be large. */
  #for(sources: readonly string[], state: FlowState, item?: Json): JsonObject {
    const nodes: Record<string, Json> = {};
    for (const id of spokenOf(sources, state)) {
      const node = state.nodes.get(id)?.node;
      if (node !== undefined) nodes[id] = this.#results.ofNode(node, state);
    }
    return {
      inputs: this.#pin.inputs,
      nodes,
      run: { id: this.#run, flow: this.#pin.flow.name },
      repo: this.#repo,
      ...(item === undefined ? {} : { item }),
    };
  }
}

function spokenOf(sources: readonly string[], state: FlowState): Iterable<string> {
  const text = sources.filter((source) => source.includes('nodes')).join('\n');
  if (text === '') return [];
  const named = [
    ...text.matchAll(/\bnodes\s*(?:\.\s*([a-z][a-z0-9_]*)|\[\s*['"]([a-z][a-z0-9_]*)['"]\s*\])?/g),
  ];
  const ids = named.map((match) => match[1] ?? match[2]);
  return ids.every((id) => id !== undefined) ? new Set(ids as string[]) : state.nodes.keys();
}
