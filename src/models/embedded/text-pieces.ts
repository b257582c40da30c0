/** A character that is not complete yet becomes this when its bytes are decoded. */
const INCOMPLETE = '\uFFFD';
/** A character has at most four bytes, and a token at least one. */
const MOST_PENDING = 4;
const REMEMBERED = 8;

/** Turns tokens into text as they come, holding back the bytes of characters that are not complete. */
export class TextPieces<Token> {
  readonly #decode: (tokens: readonly Token[], before: readonly Token[]) => string;
  #before: Token[];
  #pending: Token[] = [];

  /** `before` are the last tokens in front of the text; some tokenizers need them to place spaces. */
  constructor(
    decode: (tokens: readonly Token[], before: readonly Token[]) => string,
    before: readonly Token[],
  ) {
    this.#decode = decode;
    this.#before = [...before];
  }

  /** The text that this token completes; empty while a character is in the making. */
  add(token: Token): string {
    this.#pending.push(token);
    const text = this.#decode(this.#pending, this.#before);
    if (text.endsWith(INCOMPLETE) && this.#pending.length < MOST_PENDING) return '';
    return this.#flush(text);
  }

  /** What was held back. */
  end(): string {
    return this.#pending.length === 0 ? '' : this.#flush(this.#decode(this.#pending, this.#before));
  }

  #flush(text: string): string {
    this.#before = [...this.#before, ...this.#pending].slice(-REMEMBERED);
    this.#pending = [];
    return text;
  }
}
