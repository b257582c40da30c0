/** Where a line stands in a YAML text, told from indents alone, so that it also works while the text is being written. */
export interface Outline {
  /** Keys above a line, outermost first. */
  pathOf(line: number, indent: number): readonly string[];
  /** Keys directly below a top-level key. */
  childrenOf(key: string): readonly string[];
}

/** Reads block-style keys; keys inside `{ }` are not seen. */
export function outlineOf(lines: readonly string[]): Outline {
  const keys = lines.map((line) => {
    const match = /^(\s*(?:- +)*)(['"]?)([\w-]+)\2\s*:(\s|$)/.exec(line);
    return match === null ? undefined : { indent: match[1]?.length ?? 0, key: match[3] ?? '' };
  });
  return {
    pathOf(line, indent) {
      const path: string[] = [];
      let below = indent;
      for (let at = line - 1; at >= 0 && below > 0; at -= 1) {
        const entry = keys[at];
        if (entry === undefined || entry.indent >= below) continue;
        path.unshift(entry.key);
        below = entry.indent;
      }
      return path;
    },
    childrenOf(key) {
      const start = keys.findIndex((entry) => entry?.indent === 0 && entry.key === key);
      if (start < 0) return [];
      const after = keys.slice(start + 1);
      const end = after.findIndex((entry) => entry?.indent === 0);
      const inside = (end < 0 ? after : after.slice(0, end)).filter((entry) => entry !== undefined);
      const first = inside[0]?.indent;
      return inside.filter((entry) => entry.indent === first).map((entry) => entry.key);
    },
  };
}
