import * as vscode from 'vscode';

import { UserError } from '../common/index.ts';
import type { ProposalView, ResultOf } from '../protocol/index.ts';
import type { Host } from './host.ts';

export const proposalScheme = 'pantheon-proposal';
export type Side = 'base' | 'proposed';
type Texts = ResultOf<'review.texts'>['files'];

/** The address of one side of a proposed file. Its path is the file's own, so that the editor knows the language. */
export function proposalUri(proposal: string, path: string, side: Side): vscode.Uri {
  const query = new URLSearchParams({ proposal, side }).toString();
  return vscode.Uri.from({ scheme: proposalScheme, path: `/${path}`, query });
}

/** Read-only documents of both sides of proposals. They never change, so each proposal is asked for once. */
export class ProposalDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #host: Host;
  readonly #texts = new Map<string, Promise<Texts>>();
  readonly #registration: vscode.Disposable;

  constructor(host: Host) {
    this.#host = host;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(proposalScheme, this);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const query = new URLSearchParams(uri.query);
    const file = await this.#file(query.get('proposal') ?? '', uri.path.slice(1));
    return (query.get('side') === 'base' ? file.base : file.proposed) ?? '';
  }

  /** Opens every file of a proposal side by side, read-only. */
  async lookAt(proposal: ProposalView): Promise<void> {
    const root = vscode.Uri.file(proposal.workspace);
    const changes = proposal.files.map(({ path, kind }) => [
      vscode.Uri.joinPath(root, path),
      kind === 'add' ? undefined : proposalUri(proposal.id, path, 'base'),
      kind === 'delete' ? undefined : proposalUri(proposal.id, path, 'proposed'),
    ]);
    await vscode.commands.executeCommand(
      'vscode.changes',
      vscode.l10n.t('{0} (look first)', proposal.title),
      changes,
    );
  }

  /** Opens one file of a proposal at one line of its base, counted from 0. */
  async showFile(proposal: ProposalView, path: string, line: number): Promise<void> {
    await vscode.commands.executeCommand(
      'vscode.diff',
      proposalUri(proposal.id, path, 'base'),
      proposalUri(proposal.id, path, 'proposed'),
      `${path.split('/').at(-1)} (${proposal.title})`,
      { preview: true, preserveFocus: true, selection: new vscode.Range(line, 0, line, 0) },
    );
  }

  dispose(): void {
    this.#registration.dispose();
  }

  async #file(proposal: string, path: string): Promise<Texts[number]> {
    const known = this.#texts.get(proposal);
    const asked = known ?? this.#host.link.act('review.texts', { proposal }).then(({ files }) => files);
    this.#texts.set(proposal, asked);
    try {
      const file = (await asked).find((one) => one.path === path);
      if (file !== undefined) return file;
    } catch (error) {
      this.#texts.delete(proposal);
      throw error;
    }
    throw new UserError(
      'no-such-file',
      vscode.l10n.t('The proposal has no file {0}.', path),
      vscode.l10n.t('Look at the inbox again.'),
    );
  }
}
