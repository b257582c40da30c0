import { randomUUID } from 'node:crypto';

import * as vscode from 'vscode';

import { UserError } from '../../common/index.ts';
import type { ParamsOf, ProposalView, RefusedHunk } from '../../protocol/index.ts';
import type { Host } from '../host.ts';
import { commandId } from '../manifest/commands.ts';
import { offer, requireTrustedWindow } from '../messages.ts';
import { openProjects } from '../projects.ts';
import { count } from '../words.ts';
import { askInstead, askWhy, type Why } from './ask.ts';
import type { Exposure } from './exposure.ts';
import type { FilesUnderReview } from './files-under-review.ts';
import { allPlaced, reveal } from './places.ts';

export type Way = ParamsOf<'review.decide'>['way'];

/** Hunks of one proposal that a person decides together. */
export interface Asked {
  readonly root: string;
  readonly proposal: string;
  readonly hunks: readonly string[];
}

/** What a person does with proposals in their files: bring them in, take them out, decide hunk by hunk, take that back. */
export class InlineReview {
  readonly #host: Host;
  readonly #files: FilesUnderReview;
  readonly #exposure: Exposure;
  #lastRoot: string | undefined;

  constructor(host: Host, files: FilesUnderReview, exposure: Exposure) {
    this.#host = host;
    this.#files = files;
    this.#exposure = exposure;
  }

  /** Brings the undecided hunks of a proposal into their files and shows the first. */
  async open(proposal: ProposalView): Promise<void> {
    requireTrustedWindow();
    const { id, workspace: root } = proposal;
    this.#exposure.saw(id, 'opened');
    const answer = await this.#files.act(root, (unsaved) =>
      this.#host.link.act('review.open', { proposal: id, unsaved, commandId: randomUUID() }),
    );
    const mine = allPlaced(this.#files).filter(({ hunk }) => hunk.owner === id);
    const [first] = mine;
    if (first !== undefined) await reveal(first);
    const files = new Set(mine.map(({ file }) => file.path)).size;
    const whole = answer.refused.filter((one) => one.whole === true).length;
    const asWhole =
      whole === 0 ? '' : vscode.l10n.t('{0} to decide as a whole, in the inbox.', count(whole, 'file'));
    const inPlace = vscode.l10n.t('{0} open in {1}.', count(mine.length, 'hunk'), count(files, 'file'));
    const opened = sentences(inPlace, asWhole);
    const conflicts = answer.refused.filter((one) => one.whole !== true);
    if (conflicts.length > 0) this.#tellConflicts(proposal, opened, conflicts);
    else if (mine.length === 0 && whole > 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Nothing to review in place: {0} Look first, then accept or reject.', asWhole),
      );
    } else vscode.window.setStatusBarMessage(`$(eye) ${opened}`, 6_000);
  }

  /** Takes the undecided hunks of proposals out again. */
  async stop(root: string, proposals: readonly string[]): Promise<void> {
    const refused: RefusedHunk[] = [];
    for (const proposal of proposals) {
      const answer = await this.#files.act(root, (unsaved) =>
        this.#host.link.act('review.stop', { proposal, unsaved, commandId: randomUUID() }),
      );
      refused.push(...answer.refused);
    }
    const [first] = refused;
    if (first === undefined)
      vscode.window.setStatusBarMessage(`$(eye-closed) ${vscode.l10n.t('The review stopped.')}`, 6_000);
    else this.#warn(vscode.l10n.t('Still open'), refused, first);
  }

  /**
   * Decides hunks. A reject asks for a reason, which nobody has to give, and asks what shall stand where typing would be
   * lost. Returns the ids that were decided.
   */
  async decide(
    asked: readonly Asked[],
    decision: 'accept' | 'reject',
    way: Way,
    given?: Why,
  ): Promise<readonly string[]> {
    const amount = asked.reduce((sum, { hunks }) => sum + hunks.length, 0);
    if (amount === 0) return [];
    if (decision === 'accept') requireTrustedWindow();
    const why = decision === 'accept' ? {} : (given ?? (await askWhy(amount)));
    if (why === undefined) return [];
    const decided: string[] = [];
    const refused: RefusedHunk[] = [];
    for (const one of asked) {
      const answer = await this.#decideOnce(one, decision, way, why);
      decided.push(...answer.decided);
      for (const refusal of answer.refused) {
        const again = await this.#askAndReject(one, refusal, way, why);
        if (again === undefined) refused.push(refusal);
        else {
          decided.push(...again.decided);
          refused.push(...again.refused);
        }
      }
    }
    if (decided.length > 0) {
      this.#lastRoot = asked.at(-1)?.root;
      await this.#host.milestones.reach('hunkDecided');
    }
    const [first] = refused.filter(({ typed }) => typed === undefined);
    if (first !== undefined) {
      const what = decision === 'accept' ? vscode.l10n.t('Not accepted') : vscode.l10n.t('Not rejected');
      this.#warn(what, refused, first);
    }
    return decided;
  }

  /** Takes the last decision of a project back. */
  async undo(root: string): Promise<void> {
    const answer = await this.#files.act(root, (unsaved) =>
      this.#host.link.act('review.undo', { workspace: root, unsaved, commandId: randomUUID() }),
    );
    const back = allPlaced(this.#files).find(({ hunk }) => hunk.id === answer.hunk);
    if (back !== undefined) await reveal(back);
    vscode.window.setStatusBarMessage(
      back === undefined
        ? `$(discard) ${vscode.l10n.t('The hunk waits in the inbox again.')}`
        : `$(discard) ${vscode.l10n.t('The hunk is open again.')}`,
      6_000,
    );
  }

  /** The project in which this window decided last. */
  get lastRoot(): string | undefined {
    return this.#lastRoot;
  }

  /** Where in the open projects a hunk is open, with its proposal. */
  askedFor(hunks: readonly string[]): readonly Asked[] {
    const asked = new Map<string, Asked>();
    for (const { file, hunk } of allPlaced(this.#files)) {
      if (!hunks.includes(hunk.id)) continue;
      const before = asked.get(hunk.owner)?.hunks ?? [];
      asked.set(hunk.owner, { root: file.root, proposal: hunk.owner, hunks: [...before, hunk.id] });
    }
    return [...asked.values()];
  }

  async #decideOnce(
    { root, proposal, hunks }: Asked,
    decision: 'accept' | 'reject',
    way: Way,
    more: Why & { readonly instead?: string },
  ): Promise<{ readonly decided: readonly string[]; readonly refused: readonly RefusedHunk[] }> {
    const decided = new Set<string>();
    const refused: RefusedHunk[] = [];
    const isLeft = (id: string) => !decided.has(id) && !refused.some(({ hunk }) => hunk === id);
    const hear = () => {
      for (const id of this.#closedIn(root)) if (hunks.includes(id) && isLeft(id)) decided.add(id);
    };
    await this.#files.act(root, async (unsaved) => {
      // Asked again, what the window has edited since is decided.
      hear();
      const result = await this.#host.link.act('review.decide', {
        commandId: randomUUID(),
        proposal,
        hunks: hunks.filter(isLeft),
        decision,
        way,
        unsaved,
        ...more,
      });
      for (const id of result.decided) decided.add(id);
      refused.push(...result.refused);
      return { ...result, files: result.files ?? [], edits: result.edits ?? [] };
    });
    hear();
    const problem = vscode.l10n.t('The file could not be edited just now. Decide again.');
    const notMade = hunks.filter(isLeft).map((hunk) => ({ hunk, problem }));
    return { decided: hunks.filter((id) => decided.has(id)), refused: [...refused, ...notMade] };
  }

  /** Hunks of a project that were decided in their files. */
  #closedIn(root: string): readonly string[] {
    return this.#files.all
      .filter((file) => file.root === root)
      .flatMap(({ state }) => state.closed.filter(({ how }) => how !== 'withdrawn').map(({ id }) => id));
  }

  async #askAndReject(one: Asked, refusal: RefusedHunk, way: Way, why: Why) {
    if (refusal.typed === undefined) return undefined;
    const path = allPlaced(this.#files).find(({ hunk }) => hunk.id === refusal.hunk)?.file.path;
    const instead = await askInstead(refusal, path ?? 'hunk');
    if (instead === undefined) return undefined;
    return await this.#decideOnce({ ...one, hunks: [refusal.hunk] }, 'reject', way, { ...why, instead });
  }

  #tellConflicts(proposal: ProposalView, opened: string, conflicts: readonly RefusedHunk[]): void {
    const [first] = conflicts;
    const rest =
      conflicts.length > 1 ? vscode.l10n.t('{0} likewise.', count(conflicts.length - 1, 'other')) : '';
    const notIn = vscode.l10n.t('Not brought in: {0}', first?.problem ?? '');
    void offer(vscode.window.showWarningMessage, sentences(opened, notIn, rest), [
      {
        title: vscode.l10n.t('Show Conflicts'),
        command: commandId('showConflicts'),
        arguments: [proposal.id],
      },
    ]);
  }

  #warn(what: string, refused: readonly RefusedHunk[], first: RefusedHunk): void {
    const others =
      refused.length > 1 ? vscode.l10n.t('{0} also not.', count(refused.length - 1, 'other')) : '';
    void offer(vscode.window.showWarningMessage, sentences(`${what}: ${first.problem}`, others), []);
  }
}

function sentences(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

/** The project whose review a command without a target is about: that of the active file, else the only one under review. */
export function projectUnderReview(files: FilesUnderReview): string {
  const here = files.placeOf(vscode.window.activeTextEditor?.document.uri)?.root;
  const [open] = files.open;
  const root = here ?? open?.root ?? openProjects()[0];
  if (root !== undefined) return root;
  throw new UserError(
    'no-folder',
    vscode.l10n.t('No folder is open.'),
    vscode.l10n.t('Open the folder of a project first.'),
  );
}
