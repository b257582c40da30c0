import { sha256, UserError } from '../common/index.ts';
import type { Store } from '../store/index.ts';
import { encode, followTo, leaveIn, type Followed, type ReviewedText, type Turn } from '../text/index.ts';
import { fileSeen, isFollowed, turnEvents } from './decisions.ts';
import type { Effects } from './effects.ts';
import type { ReviewEvent } from './events.ts';
import { proposalOf } from './ids.ts';
import { textNow } from './plan.ts';
import type { Rows, SeenFile } from './rows.ts';
import type { EditorReview, FileInReview } from './types.ts';

type TextsPart = Pick<EditorReview, 'report' | 'files' | 'unsaved' | 'released' | 'committed'>;

/** Files under review as windows and the disk have them: what is told of their texts. The caller lets one call in after the other. */
export class WindowTexts implements TextsPart {
  readonly #store: Store;
  readonly #rows: Rows;
  readonly #effects: Effects;

  constructor(store: Store, rows: Rows, effects: Effects) {
    this.#store = store;
    this.#rows = rows;
    this.#effects = effects;
  }

  report({
    workspaceRoot: root,
    path,
    text,
    edits,
  }: Parameters<EditorReview['report']>[0]): Promise<FileInReview | undefined> {
    if (text !== undefined) this.#settleWindow(root, path, text);
    const seen = this.#rows.file(root, path);
    if (seen === undefined) return Promise.resolve(undefined);
    const now = text === undefined ? onDisk(root, path, seen.state) : followTo(seen.state, text, edits);
    const unsaved = text !== undefined;
    if (now === undefined) {
      this.#gone(root, path, seen);
      return Promise.resolve(undefined);
    }
    const turns = [...now.turns, ...this.#backAgain(now)];
    if (turns.length > 0 || seen.state.text !== now.state.text || seen.unsaved !== unsaved) {
      const before = this.#rows.stateOf(root, path);
      const events = [...turnEvents(turns), fileSeen(this.#store, root, path, now.state, unsaved)];
      this.#effects.append(proposalOf(turns[0]?.id ?? 'files'), events, undefined, 'step');
      // Typing is told every second or so; kept whole, a day of it would be more than the project itself.
      if (before !== undefined && !this.#rows.usesState(before)) this.#store.eraseContent(before);
    }
    return Promise.resolve({ path, state: now.state });
  }

  files(root: string): Promise<readonly FileInReview[]> {
    const files = this.#rows.followedFiles(root).flatMap((path): FileInReview[] => {
      const seen = this.#rows.file(root, path);
      if (seen === undefined) return [];
      if (seen.unsaved) return [{ path, state: seen.state }];
      const now = onDisk(root, path, seen.state);
      return now === undefined ? [] : [{ path, state: now.state }];
    });
    return Promise.resolve(files.filter(({ state }) => isFollowed(state)));
  }

  unsaved(root: string): readonly string[] {
    return this.#rows.unsavedFiles(root);
  }

  released(root: string, paths?: readonly string[]): Promise<void> {
    const isReleased = (path: string) => paths === undefined || paths.includes(path);
    const events = this.#rows
      .unsavedFiles(root)
      .filter(isReleased)
      .flatMap((path): ReviewEvent[] => {
        const seen = this.#rows.file(root, path);
        return seen === undefined ? [] : [fileSeen(this.#store, root, path, seen.state, false)];
      });
    this.#effects.append('files', events);
    for (const intended of this.#rows.intents('window')) {
      if (intended.root === root && intended.steps.some(({ path }) => isReleased(path)))
        this.#effects.drop(intended, 'The window was closed before it changed the text.', false);
    }
    return Promise.resolve();
  }

  committed({ workspaceRoot: root, hunks }: Parameters<EditorReview['committed']>[0]): Promise<void> {
    for (const path of this.#rows.openFiles(root)) {
      const seen = this.#rows.file(root, path);
      const here = seen?.state.open.map(({ id }) => id).filter((id) => hunks.includes(id)) ?? [];
      if (seen === undefined || here.length === 0) continue;
      const turned = here.map((hunk): ReviewEvent => ({
        type: 'hunk.turned',
        body: { hunk, to: 'committed-undecided' },
      }));
      const state = fileSeen(this.#store, root, path, leaveIn(seen.state, here), seen.unsaved);
      this.#effects.append('files', [...turned, state]);
    }
    return Promise.resolve();
  }

  /** A window has made the edits that a decision asked it for, or the text shows that it has not. */
  #settleWindow(root: string, path: string, text: string): void {
    const hash = sha256(encode(text, 'utf-8'));
    for (const intended of this.#rows.intents('window')) {
      const step = intended.steps.find((one) => one.path === path);
      if (intended.root !== root || step === undefined) continue;
      if (step.after === hash) this.#effects.receipt(intended);
      else if (step.before === hash)
        this.#effects.drop(intended, `${path} could not be edited. Decide again.`, false);
      else this.#effects.drop(intended, `${path} was edited in between. Decide again.`, false);
    }
  }

  /** The file is not there: its open hunks have left with it. It is followed on from the text it had. */
  #gone(root: string, path: string, { state, unsaved }: SeenFile): void {
    const turns = state.open
      .filter(({ id }) => this.#rows.hunk(id)?.state === 'open')
      .map(({ id }): Turn => ({ id, to: 'withdrawn' }));
    if (turns.length === 0 && !unsaved) return;
    const events = [...turnEvents(turns), fileSeen(this.#store, root, path, state, false)];
    this.#effects.append(proposalOf(turns[0]?.id ?? 'files'), events, undefined, 'step');
  }

  /** Open hunks of a file that was gone for a while. */
  #backAgain({ state, turns }: Followed): Turn[] {
    return state.open
      .filter(({ id }) => this.#rows.hunk(id)?.state === 'withdrawn' && !turns.some((turn) => turn.id === id))
      .map(({ id }): Turn => ({ id, to: 'open' }));
  }
}

/** The file followed to its text on the disk; `undefined` if it has none there. */
function onDisk(root: string, path: string, state: ReviewedText): Followed | undefined {
  try {
    return textNow(root, path, state, undefined);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
