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
  readonly #heard = new vscode.EventEmitter<SaidMessage>();
  readonly #answers: string[] = [];
  readonly #picks: RegExp[] = [];
  readonly #words: string[] = [];
  readonly #restore: (() => void)[] = [];

  constructor() {
    for (const kind of ['error', 'warning', 'information'] as const) this.#standBefore(kind);
    this.#standBeforeLists();
    this.#standBeforeFields();
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
    this.#words.push(words);
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
      const items = (await list) as readonly (vscode.QuickPickItem | string)[];
      const wanted = this.#picks.shift();
      const labelOf = (item: vscode.QuickPickItem | string) => (typeof item === 'string' ? item : item.label);
      return wanted === undefined ? undefined : items.find((item) => wanted.test(labelOf(item)));
    };
    this.#restore.push(() => {
      window.showQuickPick = before;
    });
  }

  #standBeforeFields(): void {
    const window = vscode.window as { showInputBox: unknown };
    const before = window.showInputBox;
    window.showInputBox = () => Promise.resolve(this.#words.shift());
    this.#restore.push(() => {
      window.showInputBox = before;
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
