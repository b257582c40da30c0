import { UserError } from '../common/index.ts';
import type { TrustView } from '../protocol/index.ts';
import type { SpecSet } from '../spec/index.ts';
import { trustHash, workspaceId, type CarriedCommand, type TrustRecords } from '../workspace/index.ts';

/** Asks before anything of a workspace runs: its own flows' commands, its tests, its package scripts. */
export class TrustGate {
  readonly #records: TrustRecords;
  readonly #sandbox: () => Promise<{ readonly available: boolean; readonly note?: string }>;

  constructor(
    records: TrustRecords,
    sandbox: () => Promise<{ readonly available: boolean; readonly note?: string }>,
  ) {
    this.#records = records;
    this.#sandbox = sandbox;
  }

  isTrusted(workspace: string, specs: SpecSet): boolean {
    return this.#records.isTrusted(workspaceId(workspace), trustHash(carriedCommands(specs)));
  }

  /** Throws `untrusted` unless the person trusted this workspace with the commands that it carries now. */
  require(workspace: string, specs: SpecSet): void {
    if (this.isTrusted(workspace, specs)) return;
    throw new UserError(
      'untrusted',
      `${workspace} is not trusted, so nothing of it runs.`,
      '`pantheon trust` shows what it would run and asks.',
    );
  }

  async describe(workspace: string, specs: SpecSet): Promise<TrustView> {
    const commands = carriedCommands(specs);
    const sandbox = await this.#sandbox();
    return {
      schema: 'pantheon.trust/1',
      workspace,
      trusted: this.isTrusted(workspace, specs),
      hash: trustHash(commands),
      commands: commands.map(({ from, command }) => ({ from, command: [...command] })),
      sandbox: {
        available: sandbox.available,
        ...(sandbox.note === undefined ? {} : { note: sandbox.note }),
      },
    };
  }

  /** Records the grant; throws `trust-changed` when the commands are no longer those that the person was shown. */
  async grant(workspace: string, specs: SpecSet, shownHash: string, commandId: string): Promise<TrustView> {
    const view = await this.describe(workspace, specs);
    if (view.hash !== shownHash) {
      throw new UserError(
        'trust-changed',
        'The commands of this workspace changed since they were shown.',
        'Run `pantheon trust` again.',
        { exitCode: 1 },
      );
    }
    this.#records.grant(workspaceId(workspace), view.hash, !view.sandbox.available, commandId);
    return { ...view, trusted: true };
  }
}

function carriedCommands(specs: SpecSet): readonly CarriedCommand[] {
  return [...specs.flows.values()]
    .filter(({ origin }) => origin === 'workspace')
    .flatMap(({ flow, commands }) => commands.map((command) => ({ from: flow.name, command })));
}
