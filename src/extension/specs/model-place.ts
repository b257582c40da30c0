/**
 * What of a model's name is typed before a place of an agent file; `undefined` where no name of a model belongs. Lines and
 * characters are counted from 0.
 */
export function typedModel(lines: readonly string[], line: number, character: number): string | undefined {
  const before = (lines[line] ?? '').slice(0, character);
  const typed = /[^\s,[\]'"]*$/.exec(before)?.[0] ?? '';
  if (/^model:\s*/.test(before)) return isInFrontmatter(lines, line) ? typed : undefined;
  const key = lines.slice(0, line).findLastIndex((text) => /^\S/.test(text) && !/^(#|- |-$|\])/.test(text));
  const value = /^model:(.*)$/
    .exec(lines[key] ?? '')?.[1]
    ?.replace(/(^|\s)#.*$/, '')
    .trim();
  if (value === undefined || !isInFrontmatter(lines, key)) return undefined;
  // A list over several lines, with dashes or in brackets.
  if (value === '') return /^\s*-\s+['"]?[^\s'"#]*$/.test(before) ? typed : undefined;
  const list = [value, ...lines.slice(key + 1, line), before].join('\n');
  return value.startsWith('[') && !list.includes(']') ? typed : undefined;
}

function isInFrontmatter(lines: readonly string[], line: number): boolean {
  return lines.slice(0, line).filter((text) => text.trim() === '---').length === 1;
}
