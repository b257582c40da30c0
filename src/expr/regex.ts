import { RE2JS } from 're2js';

/** A longer pattern is refused, in UTF-16 code units. */
const MAX_PATTERN_CHARS = 1000;

/**
 * A regular expression of the RE2 syntax whose time grows linearly with the text, whatever the pattern.
 * @throws Error with the parser's sentence for a pattern that is wrong or too long.
 */
export function linearRegex(pattern: string, flags = 0): { test(text: string): boolean } {
  if (pattern.length > MAX_PATTERN_CHARS)
    throw new Error(`the pattern is longer than ${MAX_PATTERN_CHARS} characters`);
  const compiled = RE2JS.compile(pattern, flags);
  return { test: (text) => compiled.matcher(text).find() };
}
