import * as vscode from 'vscode';

import { UserError } from '../../common/index.ts';
import type { LoadedAgent, LoadedFlow, Origin, SpecSet } from '../../spec/index.ts';
import type { Host } from '../host.ts';

/** Something that can be run: `flow` is the name that the runner knows it by. */
export interface Runnable {
  readonly flow: string;
  readonly name: string;
  readonly inputs: Readonly<
    Record<
      string,
      { readonly type: string; readonly optional: boolean; readonly description?: string | undefined }
    >
  >;
}

const origins = (): Readonly<Record<Origin, string>> => ({
  workspace: vscode.l10n.t('this project'),
  user: vscode.l10n.t('your own'),
  bundled: vscode.l10n.t('comes with Pantheon'),
});
const openButton = (): vscode.QuickInputButton => ({
  iconPath: new vscode.ThemeIcon('go-to-file'),
  tooltip: vscode.l10n.t('Open File'),
});

interface Item extends vscode.QuickPickItem {
  readonly runnable: Runnable;
  readonly path: string;
}

export function runnableAgent(name: string, { agent }: LoadedAgent): Runnable {
  return { flow: `agents/${name}`, name, inputs: inputsOf(agent.inputs) };
}

export function runnableFlow(name: string, { flow }: LoadedFlow): Runnable {
  return { flow: name, name, inputs: inputsOf(flow.inputs) };
}

/** The agent or flow of a name; throws `UserError` when its file has errors or is gone. */
export function findRunnable(set: SpecSet, kind: 'agent' | 'flow', name: string): Runnable {
  const agent = kind === 'agent' ? set.agents.get(name) : undefined;
  const flow = kind === 'flow' ? set.flows.get(name) : undefined;
  if (agent !== undefined) return runnableAgent(name, agent);
  if (flow !== undefined) return runnableFlow(name, flow);
  throw new UserError(
    'flow-broken',
    vscode.l10n.t('{0} has errors, so it cannot run.', name),
    vscode.l10n.t('Mend what the Problems view lists, and save the file.'),
  );
}

type Declared = LoadedFlow['flow']['inputs'];

function inputsOf(inputs: Declared): Runnable['inputs'] {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { type, optional, default: value, description }]) => [
      name,
      { type, optional: optional || value !== undefined, description },
    ]),
  );
}

/** Asks which agent or flow. `undefined` when the person picked none; throws `UserError` when there is none to pick. */
export async function pickRunnable(
  host: Host,
  kind: 'agent' | 'flow',
  project: string,
  title: string,
): Promise<Runnable | undefined> {
  const items = host.library.of(project).then((set) => {
    const found =
      kind === 'agent'
        ? [...set.agents].map(([name, agent]) => agentItem(name, agent))
        : [...set.flows].map(([name, flow]) => flowItem(name, flow));
    if (found.length > 0) return found;
    throw new UserError(
      `no-${kind}s`,
      kind === 'agent'
        ? vscode.l10n.t('There is no agent that could run here.')
        : vscode.l10n.t('There is no flow that could run here.'),
      kind === 'agent'
        ? vscode.l10n.t('Make one with Pantheon: New Agent…, or look at the Problems view.')
        : vscode.l10n.t('Make one with Pantheon: New Flow…, or look at the Problems view.'),
    );
  });
  return await pick(
    items,
    title,
    kind === 'agent' ? vscode.l10n.t('Which agent?') : vscode.l10n.t('Which flow?'),
  );
}

function agentItem(name: string, loaded: LoadedAgent): Item {
  const { agent, origin, path } = loaded;
  return {
    label: `$(hubot) ${name}`,
    description: [origins()[origin], agent.models[0] ?? ''].filter((text) => text !== '').join(' · '),
    detail: agent.description,
    buttons: [openButton()],
    runnable: runnableAgent(name, loaded),
    path,
  };
}

function flowItem(name: string, loaded: LoadedFlow): Item {
  return {
    label: `$(type-hierarchy) ${name}`,
    description: origins()[loaded.origin],
    detail: loaded.flow.description ?? '',
    buttons: [openButton()],
    runnable: runnableFlow(name, loaded),
    path: loaded.path,
  };
}

function pick(
  items: Promise<readonly Item[]>,
  title: string,
  placeholder: string,
): Promise<Runnable | undefined> {
  const input = vscode.window.createQuickPick<Item>();
  input.title = title;
  input.placeholder = placeholder;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.busy = true;
  input.show();
  return new Promise<Runnable | undefined>((resolve, reject) => {
    items.then(
      (found) => {
        input.items = found;
        input.busy = false;
      },
      (error: unknown) => {
        reject(error as Error);
        input.hide();
      },
    );
    input.onDidAccept(() => {
      const [chosen] = input.selectedItems;
      if (chosen === undefined) return;
      resolve(chosen.runnable);
      input.hide();
    });
    input.onDidTriggerItemButton(({ item }) => {
      resolve(undefined);
      input.hide();
      void vscode.window.showTextDocument(vscode.Uri.file(item.path));
    });
    input.onDidHide(() => resolve(undefined));
  }).finally(() => input.dispose());
}
