import type { HostBench } from '../../support/editor/host/bench.ts';

export const bench: HostBench = { settings: { 'files.autoSave': 'off' } };
