import { styleText } from 'node:util';

/** Where the command line writes: results to stdout, everything else to stderr. */
export interface OutputOptions {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Prints results, tables and progress for people, or one JSON document for scripts. */
export class Output {
  readonly #options: OutputOptions;
  #progressShown = '';

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  get isJson(): boolean {
    return this.#options.json;
  }

  /** The result: with `--json` the document on one line, else the text. */
  result(document: unknown, text: () => string): void {
    this.endProgress();
    const shown = this.#options.json ? JSON.stringify(document) : text();
    if (shown !== '') this.#options.stdout.write(`${shown}\n`);
  }

  /** For a person who waits, on stderr: one line that changes on a terminal, elsewhere a line for each stage. */
  progress({ stage, text }: { readonly stage: string; readonly text: string }): void {
    const { stderr, quiet } = this.#options;
    const shown = stderr.isTTY ? text : stage;
    if (quiet || shown === this.#progressShown) return;
    if (stderr.isTTY) {
      const line = clip(`  ${shown}`, (stderr.columns ?? 80) - 1);
      stderr.write(`\r\u001b[2K${this.style('dim', line)}`);
    } else {
      stderr.write(`  ${shown}\n`);
    }
    this.#progressShown = shown;
  }

  endProgress(): void {
    if (this.#progressShown !== '' && this.#options.stderr.isTTY) this.#options.stderr.write('\r\u001b[2K');
    this.#progressShown = '';
  }

  /** A part of a result that is told bit by bit: on stdout for a person; with `--json` a remark. */
  tell(text: string): void {
    if (this.#options.json) return this.note(text);
    this.endProgress();
    this.#options.stdout.write(`${text}\n`);
  }

  /** A remark that is not the result, on stderr. */
  note(text: string): void {
    if (this.#options.quiet) return;
    this.endProgress();
    this.#options.stderr.write(`${text}\n`);
  }

  /** An error for a person, with its next step, on stderr; never silenced. */
  error(message: string, remedy?: string): void {
    this.endProgress();
    this.#options.stderr.write(`${this.style('red', 'Error:')} ${message}\n`);
    if (remedy !== undefined && remedy !== '') this.#options.stderr.write(`${remedy}\n`);
  }

  style(style: Style | readonly Style[], text: string): string {
    return this.#options.color ? styleText(style as Style, text, { validateStream: false }) : text;
  }

  /** Left-aligned columns; the last one is not padded. */
  table(rows: readonly (readonly string[])[]): string {
    const widths: number[] = [];
    for (const row of rows)
      row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, plain(cell).length)));
    return rows
      .map((row) =>
        row
          .map((cell, i) =>
            i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - plain(cell).length),
          )
          .join('  ')
          .trimEnd(),
      )
      .join('\n');
  }
}

// oxlint-disable-next-line no-control-regex
const escapes = /\u001b\[[0-9;]*m/g;
function plain(text: string): string {
  return text.replace(escapes, '');
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** `1.2 s`, `3 min 4 s`, `2 h 5 min`. */
export function showDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A time as the clock on the wall here shows it: `2030-01-31 22:05`; nothing for null. */
export function showTime(iso: string | null): string {
  if (iso === null) return '';
  const time = new Date(iso);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** `1 call`, `3 calls`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
