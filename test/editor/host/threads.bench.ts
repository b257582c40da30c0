import type { HostBench } from '../../support/editor/host/bench.ts';

/** In a browser the editor saves by itself unless told otherwise; unsaved files are what some of these tests are about. */
export const bench: HostBench = { settings: { 'files.autoSave': 'off' } };
