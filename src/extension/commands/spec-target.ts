import { basename } from 'node:path';

import * as vscode from 'vscode';

import { UserError } from '../../common/index.ts';
import type { Host } from '../host.ts';
import { findRunnable } from '../pickers/specs.ts';
import { chooseProject } from '../projects.ts';
import type { SpecTarget } from '../specs/lenses.ts';
import { isSpecFile } from '../specs/library.ts';
import { queueThis, runThis } from './run.ts';

/** Runs or queues the agent or flow of a lens, a row, or the file in the editor. Unsaved text is saved first. */
export async function startSpec(host: Host, argument: unknown, how: 'now' | 'tonight'): Promise<void> {
  const target = (await targetOf(host, argument)) ?? fail();
  await saveOpen(host, target);
  host.library.forget();
  const runnable = findRunnable(await host.library.of(target.project), target.kind, target.name);
  if (how === 'now') await runThis(host, target.project, runnable);
  else await queueThis(host, target.project, runnable);
}

function fail(): never {
  throw new UserError(
    'no-spec',
    vscode.l10n.t('There is no agent or flow here to run.'),
    vscode.l10n.t('Use Run Agent… or Run Flow….'),
  );
}

async function targetOf(host: Host, argument: unknown): Promise<SpecTarget | undefined> {
  if (isTarget(argument)) return argument;
  const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  if (uri === undefined) return undefined;
  const document = await vscode.workspace.openTextDocument(uri);
  return host.library.sourceOf(document) === undefined
    ? await elsewhere(uri)
    : await targetIn(host, document);
}

/** The agent or flow that an open document is the file of. */
async function targetIn(host: Host, document: vscode.TextDocument): Promise<SpecTarget | undefined> {
  const known = host.library.sourceOf(document);
  if (known === undefined) return undefined;
  const { lensesOf } = await import('../../spec/index.ts');
  const [lens] = lensesOf(known.source);
  return lens === undefined
    ? undefined
    : { kind: lens.action === 'try-agent' ? 'agent' : 'flow', name: lens.name, project: known.project };
}

/** A file with the right name in a place where nobody looks for it. */
async function elsewhere(uri: vscode.Uri): Promise<undefined> {
  if (!isSpecFile(uri) || (await chooseProject()) === undefined) return undefined;
  throw new UserError(
    'spec-elsewhere',
    vscode.l10n.t('This file is not where agents and flows are looked for.'),
    vscode.l10n.t('Move it below .pantheon/agents or .pantheon/flows of the project.'),
  );
}

function isTarget(argument: unknown): argument is SpecTarget {
  return (
    typeof argument === 'object' &&
    argument !== null &&
    'kind' in argument &&
    (argument.kind === 'agent' || argument.kind === 'flow') &&
    'name' in argument &&
    'project' in argument
  );
}

/** Asks for every open file of the agent or flow, also those that seem clean: right after a save by itself, newer text counts as saved here. */
async function saveOpen(host: Host, target: SpecTarget): Promise<void> {
  const { textDocuments } = vscode.workspace;
  const isMine = await Promise.all(textDocuments.map((document) => isFileOf(host, document, target)));
  await Promise.all(textDocuments.filter((_, at) => isMine[at]).map(saveWhole));
}

async function isFileOf(
  host: Host,
  document: vscode.TextDocument,
  { kind, name, project }: SpecTarget,
): Promise<boolean> {
  const own = await targetIn(host, document);
  if (own?.kind !== kind || own.name !== name) return false;
  // What is the person's own is in every project.
  return own.project === project || host.library.sourceOf(document)?.source.origin !== 'workspace';
}

const saveAttempts = 5;

/** One save may be that of an older text which the editor had begun by itself, so it is asked until nothing is left. */
async function saveWhole(document: vscode.TextDocument): Promise<void> {
  for (let attempt = 0; attempt < saveAttempts; attempt += 1) {
    await document.save();
    if (!document.isDirty) return;
  }
  throw new UserError(
    'not-saved',
    vscode.l10n.t('{0} could not be saved, so it was not run.', basename(document.fileName)),
    vscode.l10n.t('Save the file, then run it again.'),
  );
}

export async function openSpec(argument: unknown): Promise<void> {
  if (typeof argument !== 'object' || argument === null || !('path' in argument)) return;
  if (typeof argument.path === 'string') await vscode.window.showTextDocument(vscode.Uri.file(argument.path));
}
