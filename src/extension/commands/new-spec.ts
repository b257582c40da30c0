import * as vscode from 'vscode';

import { UserError } from '../../common/index.ts';
import type { Host } from '../host.ts';
import { chooseProject } from '../projects.ts';
import { agentTemplates, flowTemplates, isSpecName, type Template } from './templates.ts';

/** Asks for a template and a name, writes the file below `.pantheon` and opens it. An existing file is never replaced. */
export async function newSpec({ library }: Host, kind: 'agent' | 'flow'): Promise<void> {
  const project = await chooseProject();
  if (project === undefined) return;
  const title = kind === 'agent' ? vscode.l10n.t('New Agent') : vscode.l10n.t('New Flow');
  const template = await pickTemplate(kind === 'agent' ? agentTemplates() : flowTemplates(), title);
  if (template === undefined) return;
  const name = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('A name of small letters, digits and dashes'),
    value: template.name,
    validateInput: (text) =>
      isSpecName(text) ? undefined : vscode.l10n.t('Use small letters, digits and dashes, a letter first.'),
  });
  if (name === undefined) return;
  const file = kind === 'agent' ? `agents/${name}.agent.md` : `flows/${name}.flow.yaml`;
  const uri = vscode.Uri.joinPath(vscode.Uri.file(project), '.pantheon', ...file.split('/'));
  if (await exists(uri)) {
    throw new UserError(
      'file-exists',
      vscode.l10n.t('{0} exists already.', `.pantheon/${file}`),
      vscode.l10n.t('Choose another name.'),
    );
  }
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(template.text(name)));
  // The editor hears of files in a new folder only later, or not at all.
  library.forget();
  await vscode.window.showTextDocument(uri);
}

async function pickTemplate(templates: readonly Template[], title: string): Promise<Template | undefined> {
  const picked = await vscode.window.showQuickPick(
    templates.map((template) => ({ label: template.label, detail: template.detail, template })),
    { title, placeHolder: vscode.l10n.t('What should it do?') },
  );
  return picked?.template;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
