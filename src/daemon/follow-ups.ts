import { UserError, type Disposable, type Json } from '../common/index.ts';
import type { CompiledAgent } from '../flow/index.ts';
import { functionAt } from '../nodes/index.ts';
import type { ThreadPlace } from '../review/index.ts';
import type { SpecSet } from '../spec/index.ts';
import type { StoredEvent } from '../store/index.ts';
import { decode } from '../text/index.ts';
import { answerOf } from './answer-text.ts';
import type { Job } from './loop.ts';
import { modelNames } from './model-names.ts';
import { newId } from './new-id.ts';
import type { Rooms } from './rooms.ts';

export interface AskInput {
  readonly thread: string;
  /** Absent if the agent shall only try again. */
  readonly words?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly commandId: string;
}

/** Agents to turn to if the one that spoke in the thread cannot answer: a larger model first. */
const OTHERS = ['reviewer', 'mender'];

/**
 * What agents are asked in threads: each question is a run in the queue, and what the run comes to is written into the
 * thread, also after a crash in between.
 */
export class FollowUps implements Disposable {
  readonly #rooms: Rooms;
  readonly #listening: Disposable;
  #soon: NodeJS.Immediate | undefined;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
    this.#listening = rooms.store.onAppended((events) => {
      if (events.some(concernsThreads)) this.#settleSoon();
    });
  }

  /** Queues an agent on the place of a thread. Throws `UserError` if nobody can answer, or the place is gone. */
  async ask({ thread, words, env, commandId }: AskInput, signal: AbortSignal): Promise<void> {
    const { review, queue, trust } = this.#rooms;
    const { workspace, path } = review.threads.view(thread);
    // The run sees the files without undecided hunks, so that is where the lines must be.
    const without = (await review.overlay(workspace)).find((file) => file.path === path);
    const place = review.threads.place(
      thread,
      without === undefined ? undefined : decode(without.content)?.text,
    );
    const specs = await this.#rooms.specs(place.root);
    trust.require(place.root, specs);
    const { agent, inputs } = await this.#choose(place, words, specs, signal);
    const ask = { thread, agent: agent.name, commandId, ...(words === undefined ? {} : { words }) };
    const { run, repeated } = review.threads.ask({ ...ask, run: newId('r') });
    if (repeated) return;
    const job: Job = { inputs, env, thread };
    queue.add(
      {
        id: newId('q'),
        run,
        flow: `agents/${agent.name}`,
        workspace: place.root,
        interactive: true,
        priority: 0,
        job: job as unknown as Json,
      },
      { actor: 'person', commandId: `${commandId}/queue` },
    );
  }

  /** Writes answers into their threads, and resolves those whose change was accepted. Called at start, and after events. */
  settle(): void {
    const { review, runner, queue } = this.#rooms;
    review.threads.resolveAccepted();
    const queued = new Set(queue.list().flatMap((item) => [item.run, item.currentRun ?? item.run]));
    for (const { run } of review.threads.waiting()) {
      const view = runner.view(run);
      if (view?.state === 'finished') review.threads.answer({ run, ...answerOf(view, runner.answers(run)) });
      else if (!queued.has(run)) {
        const words =
          view === undefined
            ? 'This was taken out of the queue before it began.'
            : 'The run that should answer was given up.';
        review.threads.answer({ run, words, outcome: 'failed', proposals: [] });
      }
    }
  }

  #settleSoon(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined;
      try {
        this.settle();
      } catch (error) {
        this.#rooms.options.log.error({ error: String(error) }, 'answers could not be written');
      }
    });
  }

  async #choose(
    place: ThreadPlace,
    words: string | undefined,
    specs: SpecSet,
    signal: AbortSignal,
  ): Promise<{ agent: CompiledAgent; inputs: Readonly<Record<string, Json>> }> {
    const own = place.agent === undefined ? [] : [place.agent];
    const canRead = own.every((name) => specs.agents.get(name)?.agent.inputs['thread'] !== undefined);
    // Words are lost on an agent that cannot read the conversation, if there is one that can.
    const order =
      words !== undefined && !canRead ? [...OTHERS.slice(0, 1), ...own, ...OTHERS] : [...own, ...OTHERS];
    let problem: UserError | undefined;
    for (const name of new Set(order)) {
      const agent = specs.agents.get(name)?.agent;
      const inputs = agent === undefined ? undefined : inputsFor(agent, place, words);
      if (agent === undefined || inputs === undefined) continue;
      try {
        await this.#rooms.models.resolve(modelNames(agent, specs), signal);
        return { agent, inputs };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        problem ??= error;
      }
    }
    throw new UserError(
      'nobody-to-ask',
      'No agent can answer here: the small model that comes with Pantheon only looks at JavaScript and TypeScript functions, and no larger one is installed.',
      problem?.remedy ?? 'Get a model with: ollama pull qwen2.5-coder:7b',
      { exitCode: 1 },
    );
  }

  async dispose(): Promise<void> {
    clearImmediate(this.#soon);
    await this.#listening.dispose();
  }
}

function concernsThreads({ type }: StoredEvent): boolean {
  return type === 'run.ended' || type === 'hunk.decided' || type.startsWith('queue-item.');
}

/** What an agent is given about a place, as far as it takes it; `undefined` if it needs more than that. */
function inputsFor(
  agent: CompiledAgent,
  place: ThreadPlace,
  words: string | undefined,
): Readonly<Record<string, Json>> | undefined {
  if (agent.output.kind === 'data') return undefined;
  const { path, line, endLine, fileText, conversation } = place;
  const lines = `${line + 1}-${endLine + 1}`;
  const asked = words === undefined ? 'You: Look at this once more.' : `You: ${words}`;
  const known: Readonly<Record<string, Json | undefined>> = {
    file: path,
    lines,
    range: lines,
    region: lines,
    function:
      'function' in agent.inputs ? functionAt(fileText, path, line + 1, endLine + 1)?.name : undefined,
    thread: `${conversation}\n\n${asked}`,
  };
  const given: [string, Json][] = [];
  for (const [name, input] of Object.entries(agent.inputs)) {
    const value = known[name];
    if (value !== undefined) given.push([name, value]);
    else if (!input.optional && input.default === undefined) return undefined;
  }
  return given.some(([name]) => name === 'file') ? Object.fromEntries(given) : undefined;
}
