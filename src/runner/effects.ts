import { failpoint } from '../common/index.ts';
import { itemAddress, type CompiledNode, type CompiledOutput, type FlowState } from '../flow/index.ts';
import type { Finding, IncomingEdit } from '../nodes/index.ts';
import type { Evidence } from '../protocol/index.ts';
import type { ProposalInput, ProposedEdit, ProposedFile } from '../review/index.ts';
import type { TreeChange, TreeId } from '../workspace/index.ts';
import { runEvent, type RunEventBodies } from './events.ts';
import type { RunParts } from './node-contexts.ts';
import { editOfFindings, findingOfEdit } from './suggestions.ts';

type Ended = RunEventBodies['effect.ended'];

/** The only place where a run reaches beyond itself: what its outputs ask for, once. */
export class Effects {
  readonly #parts: RunParts;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  async output(id: string, state: FlowState, signal: AbortSignal): Promise<Ended> {
    const output = state.flow.outputs.find((each) => each.id === id);
    if (output === undefined) throw new Error(`the flow has no output ${id}`);
    const skipped = (detail: string): Ended => ({
      output: id,
      result: 'skipped',
      detail: this.#parts.journal.putText(detail),
    });
    if (state.stopped === 'all') return skipped('Nothing was proposed, because the run was stopped.');
    if (output.if !== undefined && !this.#parts.variables.condition(output.if, output, state)) {
      return skipped(`Nothing was proposed: the condition of ${id} said no.`);
    }
    const missing = output.evidence.find((node) => state.nodes.get(node)?.outcome !== 'succeeded');
    if (missing !== undefined) return skipped(`Nothing was proposed, because ${missing} did not pass.`);
    const input = await this.#proposal(output, state, signal);
    if (input.files.length === 0 && input.findings.length === 0) return { output: id, result: 'skipped' };
    return { output: id, result: 'done', proposal: await this.#once(id, input) };
  }

  /** Intent, effect, receipt (by the caller). After a crash in between the proposal is found by its key. */
  async #once(output: string, input: ProposalInput): Promise<string> {
    const { journal, review } = this.#parts;
    const made = review.findByKey(input.key);
    if (made !== undefined) return made;
    failpoint('runner.effect.before-intent');
    journal.append([runEvent('effect.intended', { output, key: input.key })], 'decision');
    failpoint('runner.effect.after-intent');
    const proposal = await review.propose(input);
    failpoint('runner.effect.after-effect');
    return proposal;
  }

  async #proposal(output: CompiledOutput, state: FlowState, signal: AbortSignal): Promise<ProposalInput> {
    const { run, request, workspace, pin, results } = this.#parts;
    const nodesOf = (ids: readonly string[]) =>
      ids.flatMap((id) => {
        const node = state.nodes.get(id)?.node;
        return node === undefined ? [] : [node];
      });
    const edits: OutgoingEdit[] = [];
    for (const node of nodesOf(output.edits)) edits.push(...(await this.#editsOf(node, state, signal)));
    const tree = await this.#finalTree(nodesOf(output.evidence), edits, signal);
    const findings: Finding[] = [];
    for (const node of nodesOf(output.findings))
      findings.push(...(await this.#findingsOf(node, state, signal)));
    return {
      key: `${run}/${output.id}`,
      run,
      flow: pin.flow.name,
      workspaceId: workspace.id,
      workspaceRoot: request.workspaceRoot,
      title: titleFor(edits, findings),
      files: await this.#files(tree, edits, signal),
      findings: findings.map(({ line, endLine, ...finding }) => ({
        ...finding,
        line: line - 1,
        ...(endLine === undefined ? {} : { endLine: endLine - 1 }),
      })),
      bases: await this.#bases(findings, signal),
      evidence: output.evidence.flatMap((id) => [...results.evidence(id)]),
    };
  }

  /** The tree that the evidence was seen on, or that of all edits where nothing checked them together. */
  async #finalTree(
    evidence: readonly CompiledNode[],
    edits: readonly IncomingEdit[],
    signal: AbortSignal,
  ): Promise<TreeId> {
    const { baseTree, results, workspace } = this.#parts;
    const checked = evidence.map((node) => results.result(node.id)?.tree).find((tree) => tree !== undefined);
    if (checked !== undefined) return checked;
    let tree = baseTree;
    for (const edit of edits) tree = (await workspace.trees.merge(baseTree, tree, edit.tree, signal)).tree;
    return tree;
  }

  async #files(
    tree: TreeId,
    edits: readonly OutgoingEdit[],
    signal: AbortSignal,
  ): Promise<readonly ProposedFile[]> {
    const { baseTree, workspace } = this.#parts;
    const changes = tree === baseTree ? [] : await workspace.trees.diff(baseTree, tree, signal);
    return await Promise.all(
      changes.map(async (change: TreeChange): Promise<ProposedFile> => {
        const { path, from } = change;
        const [base, proposed] = await Promise.all([
          workspace.trees.read(baseTree, from ?? path, signal),
          workspace.trees.read(tree, path, signal),
        ]);
        return {
          path,
          ...(from === undefined ? {} : { from }),
          base: base ?? null,
          proposed: proposed ?? null,
          edits: edits.flatMap((edit) => this.#editOn(path, edit)),
        };
      }),
    );
  }

  #editOn(
    path: string,
    { address, title, path: edited, changedLines }: OutgoingEdit,
  ): readonly ProposedEdit[] {
    const { results } = this.#parts;
    if (edited !== path) return [];
    const baseStart = Math.min(...changedLines) - 1;
    const baseEnd = Math.max(...changedLines);
    const evidence: Evidence[] = [...results.evidence(address)];
    const dependsOn = results.result(address)?.dependsOn ?? [];
    return [{ key: address, title, baseStart, baseEnd, evidence, dependsOn }];
  }

  /** What a node changed, or would change by what its findings suggest. */
  async #editsOf(
    node: CompiledNode,
    state: FlowState,
    signal: AbortSignal,
  ): Promise<readonly OutgoingEdit[]> {
    const { results } = this.#parts;
    const made = results.editsOf(node, state).flatMap((edit): OutgoingEdit[] => {
      const { path, changedLines } = results.result(edit.address)?.edit ?? {};
      return path === undefined || changedLines === undefined ? [] : [{ ...edit, path, changedLines }];
    });
    for (const address of succeeded(node, state)) {
      const { findings = [] } = results.result(address) ?? {};
      for (const path of new Set(findings.map((finding) => finding.path))) {
        const about = findings.filter((finding) => finding.path === path);
        const edit = await this.#suggested(path, about, signal);
        if (edit !== undefined) made.push({ address, title: results.title(address), path, ...edit });
      }
    }
    return made;
  }

  async #suggested(
    path: string,
    findings: readonly Finding[],
    signal: AbortSignal,
  ): Promise<Pick<OutgoingEdit, 'tree' | 'changedLines'> | undefined> {
    const { baseTree, workspace } = this.#parts;
    const before = await this.#baseText(path, signal);
    const edit = before === undefined ? undefined : editOfFindings(before, findings);
    if (edit === undefined) return undefined;
    const content = new TextEncoder().encode(edit.after);
    const tree = await workspace.trees.write(baseTree, [{ path, content }], signal);
    return { tree, changedLines: edit.changedLines };
  }

  /** What a node remarks, or would remark by what it changed. */
  async #findingsOf(node: CompiledNode, state: FlowState, signal: AbortSignal): Promise<readonly Finding[]> {
    const { results, journal } = this.#parts;
    const found: Finding[] = [];
    for (const address of succeeded(node, state)) {
      const result = results.result(address);
      found.push(...(result?.findings ?? []));
      if (result?.edit === undefined || node.body.kind !== 'uses') continue;
      const { path, content } = result.edit;
      const [before, after] = [await this.#baseText(path, signal), journal.readText(content)];
      if (before === undefined || after === undefined) continue;
      const agent = node.body.agent.name.replace(/^agents\//, '');
      const message = result.remark ?? `${agent} would change this.`;
      found.push(
        ...[findingOfEdit({ path, before, after }, { agent, message })].filter((one) => one !== undefined),
      );
    }
    return found;
  }

  /** The files that findings are about, as the run saw them. */
  async #bases(findings: readonly Finding[], signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>> {
    const { baseTree, workspace } = this.#parts;
    const bases = new Map<string, Uint8Array>();
    for (const path of new Set(findings.map((finding) => finding.path))) {
      const bytes = await workspace.trees.read(baseTree, path, signal);
      if (bytes !== undefined) bases.set(path, bytes);
    }
    return bases;
  }

  async #baseText(path: string, signal: AbortSignal): Promise<string | undefined> {
    const { baseTree, workspace } = this.#parts;
    const bytes = await workspace.trees.read(baseTree, path, signal);
    return bytes === undefined ? undefined : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  }
}

/** An edit on its way into a proposal. `changedLines` are 1-based lines of the base. */
interface OutgoingEdit extends IncomingEdit {
  readonly path: string;
  readonly changedLines: readonly number[];
}

/** Addresses of the items of a node, or of the node itself, that succeeded. */
function succeeded(node: CompiledNode, state: FlowState): readonly string[] {
  const items = state.nodes.get(node.id)?.items ?? [];
  return items.flatMap((item, index) =>
    item.outcome === 'succeeded' ? [itemAddress(node.id, node.forEach === undefined ? null : index)] : [],
  );
}

function titleFor(edits: readonly IncomingEdit[], findings: readonly Finding[]): string {
  const [first] = edits;
  const remarks = `${findings.length} ${findings.length === 1 ? 'remark' : 'remarks'}`;
  if (first === undefined) return remarks;
  const more = edits.length === 1 ? '' : ` and ${edits.length - 1} more`;
  return `${first.title}${more}${findings.length === 0 ? '' : `, ${remarks}`}`;
}
