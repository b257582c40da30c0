import { existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { randomUUID } from 'node:crypto';

import { DaemonConnection, ensureDaemon, readInstallation, type Installation } from '../client/index.ts';
import { UserError, type Disposable } from '../common/index.ts';
import { pantheonHome } from '../protocol/index.ts';
import type { Output } from './output.ts';

/** What every command gets: where it is, how it prints, how it reaches the daemon. */
export interface CliOptions {
  readonly installationRoot: string;
  readonly home?: string;
  readonly workspace?: string;
  readonly out: Output;
  readonly signal: AbortSignal;
  /** A daemon that is started ends with this process. */
  readonly ownsDaemon?: boolean;
}

export class Cli implements Disposable {
  readonly out: Output;
  readonly home: string;
  readonly signal: AbortSignal;
  readonly installationRoot: string;
  readonly #chosenWorkspace: string | undefined;
  readonly #ownsDaemon: boolean;
  #connection: DaemonConnection | undefined;

  constructor(options: CliOptions) {
    this.out = options.out;
    this.signal = options.signal;
    this.installationRoot = options.installationRoot;
    this.#chosenWorkspace = options.workspace;
    this.#ownsDaemon = options.ownsDaemon ?? false;
    this.home = resolve(
      options.home ?? pantheonHome({ env: process.env, platform: process.platform, homeDir: homedir() }),
    );
  }

  /** `--workspace`, else the nearest folder with `.pantheon`, else the git root, else this folder. */
  get workspace(): string {
    if (this.#chosenWorkspace === undefined) return findWorkspace(currentFolder());
    const chosen = resolve(this.#chosenWorkspace);
    if (statSync(chosen, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new UserError('no-such-folder', `There is no folder ${chosen}.`, 'Check --workspace.', {
        exitCode: 2,
      });
    }
    return realpathSync(chosen);
  }

  installation(): Promise<Installation> {
    return readInstallation(this.installationRoot);
  }

  /** The daemon, started when it does not run. */
  async daemon(): Promise<DaemonConnection> {
    this.#connection ??= await ensureDaemon(
      {
        home: this.home,
        client: 'cli',
        version: (await this.installation()).build.version,
        installation: await this.installation(),
        node: { path: process.execPath },
        ...(this.#ownsDaemon ? { ownerPid: process.pid } : {}),
      },
      this.signal,
    );
    return this.#connection;
  }

  /** The daemon if it runs; nothing is started. */
  async runningDaemon(signal = this.signal): Promise<DaemonConnection | undefined> {
    const { build } = await this.installation();
    this.#connection ??= await DaemonConnection.open(
      { home: this.home, client: 'cli', version: build.version },
      signal,
    );
    return this.#connection;
  }

  /** A new id for one mutation. */
  commandId(): string {
    return randomUUID();
  }

  /** What a run may see of this process's environment. */
  environment(): Record<string, string> {
    const allowed = ['PATH', 'LANG', 'LC_ALL', 'TZ'];
    return Object.fromEntries(
      allowed.flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value] as const];
      }),
    );
  }

  dispose(): void {
    this.#connection?.dispose();
    this.#connection = undefined;
  }
}

/** Where the person stands; a folder that was deleted meanwhile is no place. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new UserError(
      'no-such-folder',
      'The folder that you are in is no longer there.',
      'Go to another one, or name the project with --workspace.',
      { exitCode: 2, cause: error },
    );
  }
}

function findWorkspace(from: string): string {
  const start = realpathSync(from);
  for (const mark of ['.pantheon', '.git']) {
    for (let folder = start; ; folder = dirname(folder)) {
      if (existsSync(join(folder, mark)) && !(mark === '.pantheon' && folder === realpathSync(homedir())))
        return folder;
      if (folder === dirname(folder)) break;
    }
  }
  return start;
}

/** What a command gives back: the exit code. */
export type Action = (cli: Cli) => Promise<number>;
/** Runs an action with a `Cli` made from the global options. */
export type Act = (action: Action) => Promise<void>;
