import { readdirSync, readFileSync } from 'node:fs';
import { demoTruth } from '../../../../test/fixtures/demo-project.ts';
import { unseenShapes } from '../evaluation/unseen.ts';
import { normalisedShape } from './normalise.ts';
import { isFunction, parseSource, walk } from './syntax.ts';

const DEMO = new URL('../../../../test/fixtures/demo-project/src/', import.meta.url);

/** Shapes that training never sees: the functions of the evaluation and of the demo project, as they should be and as they are. */
export function keptOutShapes(): Map<string, string> {
  const shapes = new Map<string, string>();
  for (const { name, source } of unseenShapes) shapes.set(normalisedShape(source), `unseen ${name}`);
  for (const { file, text } of demoSources())
    for (const unit of functionsOf(text))
      shapes.set(normalisedShape(unit), `demo ${file}: ${unit.split('\n')[0]}`);
  return shapes;
}

/** Each file of the demo project, broken as it is shipped and mended. */
function demoSources(): { file: string; text: string }[] {
  const { slips, rewrites } = demoTruth();
  return readdirSync(DEMO).flatMap((file) => {
    const text = readFileSync(new URL(file, DEMO), 'utf8');
    const mended = [...slips, ...rewrites]
      .filter(({ path }) => path.endsWith(`/${file}`))
      .reduce(
        (known, { wrong, right }) =>
          known.replace([wrong].flat().join('\n'), () => [right].flat().join('\n')),
        text,
      );
    return [
      { file, text },
      { file, text: mended },
    ];
  });
}

/** The text of each function declaration and method of a source. */
export function functionsOf(source: string): string[] {
  const found: string[] = [];
  walk(parseSource(source), (node) => {
    if (
      isFunction(node) &&
      node.type !== 'ArrowFunctionExpression' &&
      typeof node.start === 'number' &&
      typeof node.end === 'number'
    )
      found.push(source.slice(node.start, node.end));
  });
  return found;
}
