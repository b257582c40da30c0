import { UserError } from '../common/index.ts';
import { originalOf } from '../text/index.ts';
import { textNow } from './plan.ts';
import type { Rows } from './rows.ts';
import type { BufferText } from './types.ts';

/** A file as it is now, and as it would be without its open hunks. */
export interface CurrentText {
  readonly text: string;
  readonly original: string;
}

/** Texts of files as they are now, each read once: from windows that have not saved them, else from the disk. */
export class CurrentTexts {
  readonly #rows: Rows;
  readonly #root: string;
  readonly #buffers: ReadonlyMap<string, string>;
  readonly #known = new Map<string, CurrentText | undefined>();

  constructor(rows: Rows, root: string, unsaved: readonly BufferText[] = []) {
    this.#rows = rows;
    this.#root = root;
    this.#buffers = new Map(unsaved.map(({ path, text }) => [path, text]));
  }

  /** `undefined` for what is gone or no text. */
  of(path: string): CurrentText | undefined {
    if (!this.#known.has(path)) this.#known.set(path, this.#read(path));
    return this.#known.get(path);
  }

  #read(path: string): CurrentText | undefined {
    const seen = this.#rows.file(this.#root, path)?.state;
    const open = seen === undefined || seen.open.length === 0 ? undefined : seen;
    try {
      const { state } = textNow(this.#root, path, open, this.#buffers.get(path));
      return { text: state.text, original: originalOf(state) };
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }
}
