import { hashOf } from '../common/index.ts';
import type { Store } from '../store/index.ts';

/** One command that a workspace's own file carries. */
export interface CarriedCommand {
  readonly from: string;
  readonly command: readonly string[];
}

/** Hash of the commands that a person is asked about; a changed list asks again. */
export function trustHash(commands: readonly CarriedCommand[]): string {
  return hashOf(commands.map(({ command }) => command));
}

/** Records and answers whether a workspace may run commands. One stream per workspace; the newest grant counts. */
export class TrustRecords {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  isTrusted(workspaceId: string, hash: string): boolean {
    const events = this.#store.readStream(streamOf(workspaceId));
    const newest = events.at(-1)?.body as { hash?: unknown } | undefined;
    return newest?.hash === hash;
  }

  /** Repeating a command id has no second effect. */
  grant(workspaceId: string, hash: string, withoutSandbox: boolean, commandId: string): void {
    this.#store.append(
      streamOf(workspaceId),
      [{ type: 'trust.granted', v: 1, body: { hash, withoutSandbox } }],
      {
        actor: 'person',
        durability: 'decision',
        expected: 'any',
        commandId,
      },
    );
  }
}

function streamOf(workspaceId: string): string {
  return `trust:${workspaceId}`;
}
