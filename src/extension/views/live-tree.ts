import * as vscode from 'vscode';

import { UserError } from '../../common/index.ts';
import { Gathered } from '../gathered.ts';
import type { Host } from '../host.ts';
import { tell } from '../messages.ts';

export interface LiveTreeOptions<Row> {
  readonly id: string;
  /** Topics after whose change the rows are asked for again. */
  readonly topics: readonly string[];
  /** Rows at the top; `undefined` when the runner is away and nothing is known. */
  load(): Promise<readonly Row[] | undefined>;
  children(row: Row): readonly Row[];
  parent(row: Row): Row | undefined;
  item(row: Row): vscode.TreeItem;
  /** What is said of a row when a person rests on it, if its item does not say it yet. */
  tooltip?(row: Row): vscode.MarkdownString | undefined;
}

/** A tree view whose rows follow the runner's views by subscription. */
export class LiveTree<Row> implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly view: vscode.TreeView<Row>;
  readonly #options: LiveTreeOptions<Row>;
  readonly #host: Host;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #loaded = new vscode.EventEmitter<readonly Row[]>();
  readonly #explained = new vscode.EventEmitter<Row>();
  readonly #owned: vscode.Disposable[] = [];
  #rows: readonly Row[] = [];
  readonly #loading = new Gathered(() => this.#reload());

  readonly onDidChangeTreeData = this.#changed.event;
  /** The rows at the top, each time they were asked for. */
  readonly onDidLoad = this.#loaded.event;
  /** A person rested on a row and was shown what is said of it. */
  readonly onDidExplain = this.#explained.event;

  constructor(host: Host, options: LiveTreeOptions<Row>) {
    this.#host = host;
    this.#options = options;
    this.view = vscode.window.createTreeView(options.id, { treeDataProvider: this, showCollapseAll: true });
    this.#owned.push(
      this.view,
      this.#changed,
      this.#loaded,
      this.#explained,
      host.link.onDidChangeState(() => this.refresh()),
      host.link.onDidChangeViews((topics) => {
        if (topics.some((topic) => options.topics.includes(topic))) this.refresh();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.refresh()),
    );
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** Asks for the rows again; requests that come while one is under way are gathered into one more. */
  refresh(): void {
    this.#loading.request();
  }

  /** Shows the rows anew without asking for them. */
  redraw(): void {
    this.#changed.fire();
  }

  /** Resolves when the rows are as fresh as the last change that was heard. */
  async settled(): Promise<void> {
    await this.#loading.settled();
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return this.#options.item(row);
  }

  /** The editor asks when a person rests on a row. */
  resolveTreeItem(item: vscode.TreeItem, row: Row): vscode.TreeItem {
    const tooltip = this.#options.tooltip?.(row);
    if (tooltip !== undefined) {
      item.tooltip = tooltip;
      this.#explained.fire(row);
    }
    return item;
  }

  getChildren(row?: Row): Row[] {
    return [...(row === undefined ? this.#rows : this.#options.children(row))];
  }

  getParent(row: Row): Row | undefined {
    return this.#options.parent(row);
  }

  dispose(): void {
    for (const one of this.#owned.splice(0).toReversed()) one.dispose();
  }

  async #reload(): Promise<void> {
    try {
      const loaded = await this.#options.load();
      // What was known stays until the runner is back or does not come back.
      if (loaded === undefined && this.#host.link.state === 'returning') return;
      this.#rows = loaded ?? [];
      this.#changed.fire();
      this.#loaded.fire(this.#rows);
    } catch (error) {
      // A runner that went away meanwhile is asked again when it is back.
      if (error instanceof UserError && error.code === 'daemon-lost') return;
      // Not awaited: the rows go on whether the message is read or not.
      if (this.#host.link.state === 'ready') void tell(this.#host, error);
    }
  }
}
