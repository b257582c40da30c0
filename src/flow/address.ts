/**
 * The place of anything that happens in a run, as text: node, `[i]` item of a for-each (0-based), `#a` attempt (1-based),
 * `/step`: `mend[2]#1/check.3`. A step of the whole run has no node: `/baseline.1f3a`.
 */
export interface Address {
  readonly node: string;
  readonly item: number | null;
  readonly attempt: number | null;
  readonly step: string | null;
}

/** Address of a node or of one item of its for-each. */
export function itemAddress(node: string, item: number | null): string {
  return item === null ? node : `${node}[${item}]`;
}

/** Address of one attempt. */
export function attemptAddress(node: string, item: number | null, attempt: number): string {
  return `${itemAddress(node, item)}#${attempt}`;
}

const FORM = /^([a-z][a-z0-9_]*)?(?:\[(\d+)\])?(?:#(\d+))?(?:\/(.+))?$/;

/** Reads an address; throws if the text is none, which is a bug of its writer. */
export function parseAddress(text: string): Address {
  const match = FORM.exec(text);
  if (match === null) throw new Error(`not an address: ${text}`);
  const [, node, item, attempt, step] = match;
  return {
    node: node ?? '',
    item: item === undefined ? null : Number(item),
    attempt: attempt === undefined ? null : Number(attempt),
    step: step ?? null,
  };
}
