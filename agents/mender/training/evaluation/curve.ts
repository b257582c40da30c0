import type { Figures } from './figures.ts';

const [WIDTH, HEIGHT] = [640, 360];
const BOX = { left: 54, right: 16, top: 18, bottom: 46 };

/** Best of n on functions never seen, drawn as an SVG: what was measured, with its intervals, beside theory. */
export function drawCurve(figures: Figures): string {
  const { curve, greedy } = figures;
  const most = curve.at(-1)?.n ?? 1;
  const x = (n: number): number => BOX.left + (Math.log(n) / Math.log(most)) * (WIDTH - BOX.left - BOX.right);
  const highest = Math.min(
    1,
    Math.ceil(Math.max(...curve.flatMap(({ measured, meanTheory }) => [measured.high, meanTheory])) * 10) /
      10,
  );
  const y = (share: number): number =>
    HEIGHT - BOX.bottom - (share / highest) * (HEIGHT - BOX.top - BOX.bottom);
  const at = (n: number, share: number): string => `${x(n).toFixed(1)},${y(share).toFixed(1)}`;
  const line = (points: readonly string[], style: string): string =>
    `<polyline points="${points.join(' ')}" fill="none" ${style}/>`;
  const text = (left: number, top: number, words: string, more = ''): string =>
    `<text x="${left.toFixed(1)}" y="${top.toFixed(1)}" ${more}>${words}</text>`;
  const ticks = Array.from({ length: Math.round(highest * 10) + 1 }, (_, i) => i / 10);
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...ticks.flatMap((share) => [
      `<line x1="${BOX.left}" x2="${WIDTH - BOX.right}" y1="${y(share).toFixed(1)}" y2="${y(share).toFixed(1)}" stroke="#e4e4e4"/>`,
      text(BOX.left - 8, y(share) + 4, `${Math.round(share * 100)} %`, 'text-anchor="end"'),
    ]),
    ...curve.map(({ n }) => text(x(n), HEIGHT - BOX.bottom + 18, String(n), 'text-anchor="middle"')),
    text(
      (BOX.left + WIDTH - BOX.right) / 2,
      HEIGHT - 8,
      'samples drawn until one passes the visible tests, at most',
      'text-anchor="middle"',
    ),
    line([at(1, greedy.share), at(most, greedy.share)], 'stroke="#8a8a8a" stroke-dasharray="2 3"'),
    line(
      curve.map(({ n, meanTheory }) => at(n, meanTheory)),
      'stroke="#c9822b" stroke-dasharray="6 4"',
    ),
    line(
      curve.map(({ n, theory }) => at(n, theory)),
      'stroke="#2b6cb0"',
    ),
    ...curve.flatMap(({ n, measured }) => [
      `<line x1="${x(n).toFixed(1)}" x2="${x(n).toFixed(1)}" y1="${y(measured.low).toFixed(1)}" y2="${y(measured.high).toFixed(1)}" stroke="#1a1a1a"/>`,
      `<circle cx="${x(n).toFixed(1)}" cy="${y(measured.share).toFixed(1)}" r="4" fill="#1a1a1a"/>`,
    ]),
    ...legend(text),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#333333">\n${parts.join('\n')}\n</svg>\n`;
}

function legend(text: (left: number, top: number, words: string) => string): string[] {
  const rows = [
    ['#1a1a1a', '', 'measured, with 95 % intervals'],
    ['#2b6cb0', '', 'theory, each function with its own chance'],
    ['#c9822b', '6 4', 'theory with the mean chance: too good'],
    ['#8a8a8a', '2 3', 'one greedy answer'],
  ] as const;
  return rows.flatMap(([color, dash, words], i) => [
    `<line x1="${BOX.left + 14}" x2="${BOX.left + 44}" y1="${BOX.top + 10 + i * 18}" y2="${BOX.top + 10 + i * 18}" stroke="${color}" stroke-width="2"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`,
    text(BOX.left + 52, BOX.top + 14 + i * 18, words),
  ]);
}
