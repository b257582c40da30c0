import type { HostBench } from '../../support/editor/host/bench.ts';

export const bench: HostBench = { workspace: 'nested', settings: { 'files.autoSave': 'off' } };
