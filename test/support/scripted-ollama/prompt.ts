import type { ScriptedOllamaOptions } from './types.ts';

export interface Message {
  readonly role: string;
  readonly content: string;
}

/** The prompt as the model sees it: a plain template, so that the count of tokens has something to count. */
export function render(messages: readonly Message[]): string {
  return messages.map(({ role, content }) => `<${role}>${content}\n`).join('') + '<assistant>';
}

export type Fit =
  | { readonly kind: 'fits'; readonly promptTokens: number }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * What a server of the given kind makes of a prompt: how many tokens it reads, or that it refuses. `exact` is what v0.24
 * does after it has dropped old messages: the last message and the system messages stay, then the tokens are cut to num_ctx.
 */
export function fit(
  messages: readonly Message[],
  numCtx: number,
  truncate: boolean,
  overflow: NonNullable<ScriptedOllamaOptions['overflow']>,
  tokensOf: (text: string) => number,
): Fit {
  const wanted = tokensOf(render(messages));
  if (wanted <= numCtx) return { kind: 'fits', promptTokens: wanted };
  if (overflow === 'refuse' && !truncate) {
    return { kind: 'refused', message: 'the input length exceeds the context length' };
  }
  if (overflow === 'halved') return { kind: 'fits', promptTokens: Math.floor((numCtx + 4) / 2) };
  let kept = wanted;
  for (let first = 1; first < messages.length && kept > numCtx; first++) {
    const system = messages.slice(0, first).filter(({ role }) => role === 'system');
    kept = tokensOf(render([...system, ...messages.slice(first)]));
  }
  return { kind: 'fits', promptTokens: Math.min(kept, numCtx) };
}

/** Pieces of about four characters, never inside a surrogate pair. */
export function piecesOf(text: string): string[] {
  const points = Array.from(text);
  const pieces: string[] = [];
  for (let at = 0; at < points.length; at += 4) pieces.push(points.slice(at, at + 4).join(''));
  return pieces;
}

/** `keep_alive` as Ollama reads it: seconds, or a Go duration; negative means for ever. Milliseconds. */
export function keepAliveMsOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value < 0 ? Number.POSITIVE_INFINITY : value * 1000;
  if (typeof value !== 'string') return undefined;
  if (value.startsWith('-')) return Number.POSITIVE_INFINITY;
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let totalMs = 0;
  for (const [, amount, unit = 's'] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)?/g)) {
    totalMs += Number(amount) * (units[unit] ?? 1000);
  }
  return totalMs;
}
