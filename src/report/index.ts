export * from './report.ts';
export { html, none, page, type Html } from './pages/html.ts';
export { act, costs, evidenceLines, mark } from './pages/parts.ts';
export { reportPage, type ReportPageOptions } from './pages/report-page.ts';
export { count, evidenceHow, evidenceResult, runState, showDuration, type Noun } from './pages/words.ts';
