/** What engines are compared at. Names are what the table groups by: ours and every peer's must be these. */
export const CHAIN = 'durable chain of 1,000 no-op nodes';
export const CHAIN_NODES = 1000;

export const FAN_OUT = 'fan-out of 1,000, then join';
export const FAN_OUT_NODES = 1000;

export const OUTPUTS = 'chain of 300 nodes, 16 KB output each';
export const OUTPUTS_ON_DISK = 'chain of 300 nodes, 16 KB output each: on disk';
export const OUTPUT_NODES = 300;
export const OUTPUT_BYTES = 16 * 1024;

/** Value: elapsed time over the critical path's, unit `x`. */
export const UNEVEN = '16 uneven branches x 10 stages, over the critical path';
export const BRANCHES = 16;
export const STAGES = 10;

/** How long a stage of a branch takes. Each branch is slow at other stages, so waiting for all costs much. */
export function stageMs(branch: number, stage: number): number {
  return (branch * 7 + stage * 5) % 8 < 3 ? 40 : 10;
}

/** The longest branch: what no engine can beat. */
export function criticalPathMs(): number {
  const branches = Array.from({ length: BRANCHES }, (_, branch) =>
    Array.from({ length: STAGES }, (_stage, stage) => stageMs(branch, stage)).reduce(
      (sum, ms) => sum + ms,
      0,
    ),
  );
  return Math.max(...branches);
}
