import type { Figure } from './harness.ts';

const HEADER = ['workload', 'who', 'median', '', 'times Pantheon', 'budget'];

/** All figures as one table: a block per workload, Pantheon first, then the others with their ratio to it. */
export function tableOf(figures: readonly Figure[]): string {
  const workloads = [...new Set(figures.map((figure) => figure.workload))];
  const rows = workloads.flatMap((workload) =>
    block(figures.filter((figure) => figure.workload === workload)),
  );
  const widths = HEADER.map((title, column) =>
    Math.max(...[HEADER, ...rows].map((row) => (row[column] ?? '').length), title.length),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 2 || column >= 4 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ');
  return [line(HEADER), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

function block(figures: readonly Figure[]): string[][] {
  const ours = figures.find((figure) => figure.who === 'pantheon');
  const sorted = figures.toSorted((a, b) => Number(b.who === 'pantheon') - Number(a.who === 'pantheon'));
  return sorted.map((figure, index) => [
    index === 0 ? figure.workload : '',
    figure.who,
    shown(figure.value),
    figure.unit,
    figure === ours || ours === undefined ? '' : `${(figure.value / ours.value).toFixed(2)}x`,
    figure.budget === undefined ? '' : `${shown(figure.budget)} ${isWithin(figure) ? 'kept' : 'MISSED'}`,
  ]);
}

/** True if the figure keeps its budget: at least it for rates, at most it for everything else. */
export function isWithin({ value, unit, budget }: Figure): boolean {
  return budget === undefined || (unit === '/s' ? value >= budget : value <= budget);
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
