import * as vscode from 'vscode';

export interface SaidMessage {
  readonly kind: 'error' | 'warning' | 'information';
  readonly text: string;
  readonly choices: readonly string[];
}

type Show = (text: string, ...rest: unknown[]) => Thenable<string | undefined>;
const shows = {
  error: 'showErrorMessage',
  warning: 'showWarningMessage',
  information: 'showInformationMessage',
} as const;

/**
 * Stands in for the person in front of messages, dialogs and lists: it notes what is said and gives the answers that it was
 * told to give. The editor itself refuses dialogs while tests run.
 */
export class Person implements vscode.Disposable {
  readonly said: SaidMessage[] = [];
  /** Entries of the lists that were shown, in their order: the label, and what stands beside it. */
  readonly lists: (readonly string[])[] = [];
  readonly #targets: vscode.Uri[] = [];
  readonly #heard = new vscode.EventEmitter<SaidMessage>();
  readonly #answers: string[] = [];
  readonly #picks: RegExp[] = [];
  readonly #words: ((given: string) => string)[] = [];
  readonly #restore: (() => void)[] = [];

  constructor() {
    for (const kind of ['error', 'warning', 'information'] as const) this.#standBefore(kind);
    this.#standBeforeLists();
    this.#standBeforeSearch();
    this.#standBeforeFields();
    this.#standBeforeSaving();
  }

  /** The next message that offers this choice is answered with it. */
  willAnswer(choice: string): void {
    this.#answers.push(choice);
  }

  /** In the next list that is shown, the first entry whose label matches is picked. Without this a list is left by Escape. */
  willPick(label: RegExp): void {
    this.#picks.push(label);
  }

  /** What is typed into the next field that asks for words. Without this it is left by Escape. */
  willSay(words: string): void {
    this.#words.push(() => words);
  }

  /** The next field that asks for words is left as it is. */
  willConfirm(): void {
    this.#words.push((given) => given);
  }

  /** The next file that asks for its place is saved here. Without this the dialog is left by Escape. */
  willSaveAt(target: vscode.Uri): void {
    this.#targets.push(target);
  }

  /** The message that matches: one that was said, or else the next one. */
  async hears(pattern: RegExp): Promise<SaidMessage> {
    const known = this.said.find(({ text }) => pattern.test(text));
    if (known !== undefined) return known;
    return await new Promise((resolve) => {
      const listener = this.#heard.event((message) => {
        if (!pattern.test(message.text)) return;
        listener.dispose();
        resolve(message);
      });
    });
  }

  /** What was said so far is not heard of again. */
  forget(): void {
    this.said.length = 0;
  }

  dispose(): void {
    for (const restore of this.#restore.splice(0)) restore();
    this.#heard.dispose();
  }

  #standBeforeLists(): void {
    const window = vscode.window as { showQuickPick: unknown };
    const before = window.showQuickPick;
    window.showQuickPick = async (list: unknown) => {
      return this.#pick((await list) as readonly (vscode.QuickPickItem | string)[]);
    };
    this.#restore.push(() => {
      window.showQuickPick = before;
    });
  }

  #pick<T extends vscode.QuickPickItem | string>(items: readonly T[]): T | undefined {
    const labelOf = (item: T) => (typeof item === 'string' ? item : item.label);
    const besides = (item: T) => (typeof item === 'string' ? undefined : item.description);
    this.lists.push(items.map((item) => [labelOf(item), besides(item)].filter(Boolean).join(' | ')));
    const wanted = this.#picks.shift();
    return wanted === undefined ? undefined : items.find((item) => wanted.test(labelOf(item)));
  }

  /** Lists that are filled after they are shown. */
  #standBeforeSearch(): void {
    const window = vscode.window as { createQuickPick: unknown };
    const before = vscode.window.createQuickPick;
    window.createQuickPick = () => {
      const list = before<vscode.QuickPickItem>();
      const [accepted, hidden] = [new vscode.EventEmitter<void>(), new vscode.EventEmitter<void>()];
      let selectedItems: readonly vscode.QuickPickItem[] = [];
      const fill = (items: readonly vscode.QuickPickItem[]) => {
        const picked = this.#pick(items);
        selectedItems = picked === undefined ? [] : [picked];
        (picked === undefined ? hidden : accepted).fire();
      };
      Object.defineProperties(list, {
        items: { set: fill },
        selectedItems: { get: () => selectedItems },
        onDidAccept: { value: accepted.event },
        onDidHide: { value: hidden.event },
        show: { value: () => {} },
        hide: { value: () => hidden.fire() },
      });
      return list;
    };
    this.#restore.push(() => {
      window.createQuickPick = before;
    });
  }

  #standBeforeFields(): void {
    const window = vscode.window as { showInputBox: unknown };
    const before = window.showInputBox;
    window.showInputBox = ({ value = '' }: vscode.InputBoxOptions = {}) =>
      Promise.resolve(this.#words.shift()?.(value));
    this.#restore.push(() => {
      window.showInputBox = before;
    });
  }

  #standBeforeSaving(): void {
    const window = vscode.window as { showSaveDialog: unknown };
    const before = window.showSaveDialog;
    window.showSaveDialog = () => Promise.resolve(this.#targets.shift());
    this.#restore.push(() => {
      window.showSaveDialog = before;
    });
  }

  #standBefore(kind: SaidMessage['kind']): void {
    const window = vscode.window as unknown as Record<string, Show>;
    const name = shows[kind];
    const before = window[name];
    if (before === undefined) throw new Error(`The editor has no ${name}.`);
    window[name] = async (text, ...rest) => {
      const choices = rest.filter((one) => typeof one === 'string');
      const message = { kind, text, choices };
      this.said.push(message);
      this.#heard.fire(message);
      const at = this.#answers.findIndex((answer) => choices.includes(answer));
      return await Promise.resolve(at < 0 ? undefined : this.#answers.splice(at, 1)[0]);
    };
    this.#restore.push(() => {
      window[name] = before;
    });
  }
}
