/** Lines of a unit numbered as the model sees them: `1| text`, joined by line feeds, none at the end. */
export function numbered(unit: string): string {
  return unit
    .split('\n')
    .map((line, index) => `${index + 1}| ${line}`)
    .join('\n');
}

/**
 * The answer that turns `wrong` into `right`: `N| text` for each line that differs, or `ok` for none;
 * `undefined` where the two have different numbers of lines.
 */
export function answerFor(wrong: string, right: string): string | undefined {
  const before = wrong.split('\n');
  const after = right.split('\n');
  if (before.length !== after.length) return undefined;
  const changed = after.flatMap((line, index) => (line === before[index] ? [] : [`${index + 1}| ${line}`]));
  return changed.length === 0 ? 'ok' : changed.join('\n');
}

/** The unit after an answer, or `undefined` for an answer in neither form or with a line outside the unit. */
export function applyAnswer(unit: string, answer: string): string | undefined {
  if (answer.trim() === 'ok') return unit;
  const lines = unit.split('\n');
  for (const entry of answer.split('\n')) {
    const match = /^(\d+)\| ?(.*)$/.exec(entry);
    const place = Number(match?.[1]) - 1;
    if (match?.[2] === undefined || !(place >= 0 && place < lines.length)) return undefined;
    lines[place] = match[2];
  }
  return lines.join('\n');
}
