/** Of each stream so many bytes are kept at its start, and as many at its end. */
const KEPT_BYTES = 1024 * 1024;

/** Collects what a process writes, with both ends kept when it is too much. */
export class CappedOutput {
  #start: Buffer[] = [];
  #startBytes = 0;
  #end: Buffer[] = [];
  #endBytes = 0;
  #droppedBytes = 0;
  readonly #limit: number;

  constructor(limitBytes: number = KEPT_BYTES) {
    this.#limit = limitBytes;
  }

  get truncated(): boolean {
    return this.#droppedBytes > 0;
  }

  push(chunk: Buffer): void {
    const room = Math.max(0, this.#limit - this.#startBytes);
    if (room > 0) {
      this.#start.push(chunk.subarray(0, room));
      this.#startBytes += Math.min(room, chunk.length);
    }
    const rest = chunk.subarray(room);
    if (rest.length === 0) return;
    this.#end.push(rest);
    this.#endBytes += rest.length;
    if (this.#endBytes > 2 * this.#limit) this.#shorten();
  }

  /** What was kept, as UTF-8; a sentence stands where something was left out. */
  text(): string {
    this.#shorten();
    const start = Buffer.concat(this.#start);
    const end = Buffer.concat(this.#end);
    if (!this.truncated) return Buffer.concat([start, end]).toString('utf8');
    return `${start.toString('utf8')}\n[… ${this.#droppedBytes} bytes left out …]\n${end.toString('utf8')}`;
  }

  #shorten(): void {
    const excess = this.#endBytes - this.#limit;
    if (excess <= 0) return;
    this.#end = [Buffer.concat(this.#end).subarray(excess)];
    this.#endBytes -= excess;
    this.#droppedBytes += excess;
  }
}
