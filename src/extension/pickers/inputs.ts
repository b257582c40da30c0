import * as vscode from 'vscode';

import { inside } from '../project-paths.ts';
import { shorten } from '../words.ts';
import { functionNames } from './function-names.ts';
import type { Runnable } from './specs.ts';

type Declared = Runnable['inputs'];
type Values = Record<string, unknown>;

/** Where the person is: offered as the first answer. */
interface Here {
  readonly file?: string;
  /** The function or method that the cursor is in. */
  readonly symbol?: string;
  readonly selection?: Selected;
}

interface Selected {
  readonly text: string;
  /** As agents take them: `12-30`, counted from 1. */
  readonly lines: string;
  readonly isOneLine: boolean;
}

/** Asks for every input that must be given, then offers the others. `undefined` when the person went away. */
export async function askInputs(runnable: Runnable, project: string): Promise<Values | undefined> {
  const { inputs } = runnable;
  const here = await whereIs(project);
  const values: Values = {};
  for (const [name, { optional }] of Object.entries(inputs)) {
    if (optional) continue;
    const value = await askOne(runnable.name, name, inputs, values, here, project);
    if (value === undefined) return undefined;
    values[name] = value;
  }
  const optional = Object.keys(inputs).filter((name) => inputs[name]?.optional === true);
  return optional.length === 0 ? values : await askOptional(runnable, optional, values, here, project);
}

async function askOptional(
  runnable: Runnable,
  names: readonly string[],
  given: Values,
  here: Here,
  project: string,
): Promise<Values | undefined> {
  let values = given;
  for (;;) {
    const go = {
      label: `$(check) ${vscode.l10n.t('Go On')}`,
      description: vscode.l10n.t('with these inputs'),
      name: undefined,
    };
    const rest = names.map((name) => ({
      label: `$(edit) ${name}`,
      description: name in values ? shorten(String(values[name])) : vscode.l10n.t('not changed'),
      detail: runnable.inputs[name]?.description ?? '',
      name,
    }));
    const picked = await vscode.window.showQuickPick<vscode.QuickPickItem & { name: string | undefined }>(
      [go, ...rest],
      { title: runnable.name, placeHolder: vscode.l10n.t('Go on, or change an input first') },
    );
    if (picked === undefined) return undefined;
    if (picked.name === undefined) return values;
    const value = await askOne(runnable.name, picked.name, runnable.inputs, values, here, project);
    if (value !== undefined) values = { ...values, [picked.name]: value };
  }
}

async function askOne(
  title: string,
  name: string,
  inputs: Declared,
  given: Values,
  here: Here,
  project: string,
): Promise<unknown> {
  const type: string = inputs[name]?.type ?? 'string';
  switch (type) {
    case 'path':
      return await askPath(title, name, here, project);
    case 'boolean':
      return await askYesNo(title, name);
    case 'number':
      return await askText(title, name, '', notNumber, Number);
    case 'json':
      return await askText(title, name, '', notJson, (text) => JSON.parse(text) as unknown);
    default:
      return name === 'function'
        ? await askFunction(title, name, given, here, project)
        : await askString(title, name, given, here);
  }
}

/** Inputs that name lines of the file. */
const lineInputs = new Set(['lines', 'region']);

async function askString(
  title: string,
  name: string,
  given: Values,
  { file, selection }: Here,
): Promise<string | undefined> {
  if (lineInputs.has(name)) {
    const isHere = given['file'] === undefined || given['file'] === file;
    return await askWords(title, name, (isHere ? selection?.lines : undefined) ?? '');
  }
  if (selection === undefined || selection.isOneLine)
    return await askWords(title, name, selection?.text ?? '');
  // A field holds one line only.
  const selected = {
    label: `$(selection) ${vscode.l10n.t('The selected text')}`,
    description: vscode.l10n.t('lines {0}', selection.lines),
    detail: shorten(selection.text),
    text: selection.text,
  };
  const typed = { label: `$(edit) ${vscode.l10n.t('Other words…')}`, text: undefined };
  const picked = await vscode.window.showQuickPick<vscode.QuickPickItem & { text: string | undefined }>(
    [selected, typed],
    { title, placeHolder: name },
  );
  return picked === undefined ? undefined : (picked.text ?? (await askWords(title, name, '')));
}

function askWords(title: string, name: string, value: string): Promise<string | undefined> {
  return askText(
    title,
    name,
    value,
    () => undefined,
    (text) => text,
  );
}

const maxFiles = 3_000;

async function askPath(
  title: string,
  name: string,
  here: Here,
  project: string,
): Promise<string | undefined> {
  const first =
    here.file === undefined ? [] : [{ label: here.file, description: vscode.l10n.t('the current file') }];
  const pattern = new vscode.RelativePattern(project, '**/*');
  const others = vscode.workspace.findFiles(pattern, '**/{node_modules,.git}/**', maxFiles).then((uris) =>
    uris
      .flatMap(({ fsPath }) => inside(project, fsPath) ?? [])
      .filter((path) => path !== here.file)
      .toSorted()
      .map((label) => ({ label })),
  );
  const picked = await vscode.window.showQuickPick<vscode.QuickPickItem>(
    others.then((rest) => [...first, ...rest]),
    { title, placeHolder: vscode.l10n.t('{0}: which file?', name) },
  );
  return picked?.label;
}

async function askFunction(
  title: string,
  name: string,
  given: Values,
  here: Here,
  project: string,
): Promise<string | undefined> {
  const path = typeof given['file'] === 'string' ? given['file'] : here.file;
  const symbols =
    path === undefined ? [] : await functionsOf(vscode.Uri.joinPath(vscode.Uri.file(project), path));
  const isHere = path === here.file ? here.symbol : undefined;
  const found = symbols.map((symbol) => symbol.label);
  const names =
    found.length > 0 || path === undefined
      ? [...new Set(found)]
      : await writtenIn(vscode.Uri.joinPath(vscode.Uri.file(project), path));
  if (names.length === 0) {
    const selected = here.selection?.isOneLine === true ? here.selection.text : '';
    return await askWords(title, vscode.l10n.t('{0}: its name', name), isHere ?? selected);
  }
  const first = isHere !== undefined && names.includes(isHere) ? [isHere] : [];
  const typed = { label: `$(edit) ${vscode.l10n.t('Another name…')}`, typed: true };
  const picked = await vscode.window.showQuickPick<vscode.QuickPickItem & { typed?: boolean }>(
    [
      ...first.map((label) => ({ label, description: vscode.l10n.t('at the cursor') })),
      ...names.filter((label) => !first.includes(label)).map((label) => ({ label })),
      typed,
    ],
    { title, placeHolder: vscode.l10n.t('{0}: which function?', name) },
  );
  if (picked?.typed === true) return await askWords(title, name, '');
  return picked?.label;
}

async function askYesNo(title: string, name: string): Promise<boolean | undefined> {
  const yes = vscode.l10n.t('yes');
  const picked = await vscode.window.showQuickPick([yes, vscode.l10n.t('no')], {
    title,
    placeHolder: `${name}?`,
  });
  return picked === undefined ? undefined : picked === yes;
}

async function askText<T>(
  title: string,
  name: string,
  value: string,
  validateInput: (text: string) => string | undefined,
  read: (text: string) => T,
): Promise<T | undefined> {
  const text = await vscode.window.showInputBox({ title, prompt: name, value, validateInput });
  return text === undefined ? undefined : read(text);
}

function notNumber(text: string): string | undefined {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? undefined : vscode.l10n.t('Type a number.');
}

function notJson(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return vscode.l10n.t('Type JSON.');
  }
}

async function whereIs(project: string): Promise<Here> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || editor.document.uri.scheme !== 'file') return {};
  const file = inside(project, editor.document.uri.fsPath);
  if (file === undefined) return {};
  const { selection, document } = editor;
  const symbols = await functionsOf(document.uri);
  const symbol = symbols.findLast(({ range }) => range.contains(selection.active))?.label;
  const selected = selectedIn(document, selection);
  return {
    file,
    ...(symbol === undefined ? {} : { symbol }),
    ...(selected === undefined ? {} : { selection: selected }),
  };
}

function selectedIn(document: vscode.TextDocument, selection: vscode.Selection): Selected | undefined {
  if (selection.isEmpty) return undefined;
  const { start, end } = selection;
  // A selection that ends at the start of a line does not mean that line.
  const last = end.line > start.line && end.character === 0 ? document.lineAt(end.line - 1).range.end : end;
  return {
    text: document.getText(new vscode.Range(start, last)),
    lines: `${start.line + 1}-${last.line + 1}`,
    isOneLine: start.line === last.line,
  };
}

interface NamedRange {
  readonly label: string;
  readonly range: vscode.Range;
}

const functionKinds = new Set([
  vscode.SymbolKind.Function,
  vscode.SymbolKind.Method,
  vscode.SymbolKind.Constructor,
]);

/** Functions and methods of a file, outer ones first; empty where no language service knows the file. */
async function functionsOf(uri: vscode.Uri): Promise<readonly NamedRange[]> {
  try {
    const found = await vscode.commands.executeCommand<readonly vscode.DocumentSymbol[] | undefined>(
      'vscode.executeDocumentSymbolProvider',
      uri,
    );
    return (found ?? []).flatMap((symbol) => functionsBelow(symbol, ''));
  } catch {
    return [];
  }
}

async function writtenIn(uri: vscode.Uri): Promise<string[]> {
  try {
    return functionNames((await vscode.workspace.openTextDocument(uri)).getText());
  } catch {
    // Not a text file, or gone meanwhile: the name is typed.
    return [];
  }
}

function functionsBelow(symbol: vscode.DocumentSymbol, owner: string): NamedRange[] {
  const isClass = symbol.kind === vscode.SymbolKind.Class;
  const own = functionKinds.has(symbol.kind)
    ? [{ label: `${owner}${symbol.name}`, range: symbol.range }]
    : [];
  const inner = isClass ? `${symbol.name}.` : owner;
  return [...own, ...(symbol.children ?? []).flatMap((child) => functionsBelow(child, inner))];
}
