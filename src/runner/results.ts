import type { Json, JsonObject } from '../common/index.ts';
import { itemAddress, type CompiledNode, type FlowState } from '../flow/index.ts';
import type { IncomingEdit, NodeResult } from '../nodes/index.ts';
import type { Evidence } from '../protocol/index.ts';
import type { TreeId } from '../workspace/index.ts';
import type { RunJournal } from './journal.ts';

/** A result as it is kept: evidence and detail stand beside it. */
export type KeptResult = NodeResult & {
  /** Addresses of edits without which this one does not pass. */
  readonly dependsOn?: readonly string[];
};

/** What settling came to: the tree of all good edits and their order. */
export interface KeptSettled {
  readonly tree: TreeId;
  readonly order: readonly string[];
}

/** Reads what the nodes of a run made. */
export class Results {
  readonly #journal: RunJournal;

  constructor(journal: RunJournal) {
    this.#journal = journal;
  }

  result(address: string): KeptResult | undefined {
    const ref = this.#journal.made(address)?.result;
    return ref === undefined ? undefined : this.#journal.readJson<KeptResult>(ref);
  }

  evidence(address: string): readonly Evidence[] {
    const ref = this.#journal.made(address)?.evidence;
    return ref === undefined ? [] : this.#journal.readJson<Evidence[]>(ref);
  }

  title(address: string): string {
    const ref = this.#journal.made(address)?.title;
    return (ref === undefined ? undefined : this.#journal.readText(ref)) ?? address;
  }

  detail(address: string): string | undefined {
    const ref = this.#journal.made(address)?.detail;
    return ref === undefined ? undefined : this.#journal.readText(ref);
  }

  list(node: string): readonly Json[] {
    const ref = this.#journal.made(node)?.list;
    return ref === undefined ? [] : this.#journal.readJson<Json[]>(ref);
  }

  settled(node: string): KeptSettled | undefined {
    const ref = this.#journal.made(node)?.settled;
    return ref === undefined ? undefined : this.#journal.readJson<KeptSettled>(ref);
  }

  /** What expressions see of a node. */
  ofNode(node: CompiledNode, state: FlowState): JsonObject {
    const found = state.nodes.get(node.id);
    const outcome = found?.outcome ?? null;
    if (node.forEach === undefined) return { outcome, output: this.result(node.id)?.output ?? null };
    const items = found?.items ?? [];
    const output = items.map((_, index) => this.result(itemAddress(node.id, index))?.output ?? null);
    return { outcome, output, outcomes: items.map((item) => item.outcome ?? null) };
  }

  /** Good edits of a node, in the order in which they were put together. */
  editsOf(node: CompiledNode, state: FlowState): readonly IncomingEdit[] {
    const found = state.nodes.get(node.id);
    if (node.body.kind !== 'uses' || found === undefined) return [];
    const indexes = found.items.flatMap((item, index) => (item.outcome === 'succeeded' ? [index] : []));
    const good = indexes.map((index) => itemAddress(node.id, node.forEach === undefined ? null : index));
    const order = this.settled(node.id)?.order;
    const ordered = order === undefined ? good : order.filter((address) => good.includes(address));
    return ordered.flatMap((address) => {
      const result = this.result(address);
      return result?.tree === undefined || result.edit === undefined
        ? []
        : [{ address, title: this.title(address), tree: result.tree }];
    });
  }

  /** Good edits of everything that a node comes after, the farthest first. */
  incoming(node: CompiledNode, state: FlowState): readonly IncomingEdit[] {
    const before = new Set<string>();
    const visit = (id: string): void => {
      const need = state.nodes.get(id)?.node;
      if (need === undefined || before.has(id)) return;
      for (const farther of need.needs) visit(farther);
      before.add(id);
    };
    for (const need of node.needs) visit(need);
    return [...before].flatMap((id) => {
      const need = state.nodes.get(id)?.node;
      return need === undefined ? [] : this.editsOf(need, state);
    });
  }
}
