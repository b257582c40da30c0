import { sha256 } from '../../../src/common/index.ts';
import type { ScriptedRequest } from './types.ts';

/**
 * A model of known quality: an answer is right with probability `p`, a check accepts a right answer with probability `T`
 * and a wrong one with probability `F`, all independent. `q` and `d` describe a repair: wrong becomes right with `q`,
 * right becomes wrong with `d`.
 */
export interface StochasticQuality {
  readonly p: number;
  readonly T: number;
  readonly F: number;
  readonly q?: number;
  readonly d?: number;
}

/** A number in [0, 1) that depends on nothing but the seed and the name: the same question always has the same answer. */
export function uniform(seed: number | string, ...name: readonly (string | number)[]): number {
  return Number.parseInt(sha256(`${seed}\n${name.join('\n')}`).slice(0, 13), 16) / 2 ** 52;
}

/** Answers `right <task> <draw>` or `wrong <task> <draw>`; what is checked knows the truth from the word alone. */
export class StochasticModel {
  readonly #quality: StochasticQuality;
  readonly #seed: number | string;

  constructor(quality: StochasticQuality, seed: number | string) {
    this.#quality = quality;
    this.#seed = seed;
  }

  /** One answer; `draw` is what makes samples of one task differ (the sampling seed of the request). */
  sample(task: string, draw: string | number): string {
    const right = uniform(this.#seed, 'sample', task, draw) < this.#quality.p;
    return `${right ? 'right' : 'wrong'} ${sha256(`${task}\n${draw}`).slice(0, 12)}`;
  }

  /** A repaired answer. */
  repair(answer: string, task: string, round: number): string {
    const chance = uniform(this.#seed, 'repair', task, answer, round);
    const right = answer.startsWith('right')
      ? chance >= (this.#quality.d ?? 0)
      : chance < (this.#quality.q ?? 0);
    return `${right ? 'right' : 'wrong'} ${sha256(`${answer}\n${round}`).slice(0, 12)}`;
  }

  /** Whether the check accepts the answer. */
  accepts(answer: string, task: string): boolean {
    const chance = uniform(this.#seed, 'check', task, answer);
    return chance < (answer.startsWith('right') ? this.#quality.T : this.#quality.F);
  }

  /** The `answer` of a scripted server: the prompt is the task, the seed of the request the draw. */
  readonly answer = (request: ScriptedRequest): string =>
    this.sample(request.prompt, JSON.stringify(request.options['seed'] ?? 'greedy'));
}
