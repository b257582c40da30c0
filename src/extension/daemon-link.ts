import * as vscode from 'vscode';

import type { DaemonConnection, Installation } from '../client/index.ts';
import { isAbort, UserError } from '../common/index.ts';
import type { MethodName, NotificationOf, ParamsOf, ResultOf } from '../protocol/index.ts';

/**
 * `away`: no background runner answers; `returning`: it ended without saying so and is started again; `ready`: one answers and
 * tells what changes.
 */
export type LinkState = 'away' | 'returning' | 'ready';

/** A runner that ends this often within this time is not started again by itself. */
const maxReturns = 3;
const returnsWithinMs = 5 * 60_000;

export interface LinkOptions {
  /** Pantheon's data folder. */
  readonly home: string;
  /** Folder of this installation: it holds `dist/` and `agents/`. */
  readonly installationRoot: string;
  readonly version: string;
  readonly log: vscode.LogOutputChannel;
}

/**
 * The extension's line to the background runner. Views ask a runner that is there and start none; acts of the person
 * start it. When it goes away the state says so, and when one comes back the line is taken up again. One that ended without
 * saying so (killed, crashed) left its work behind and is started again.
 */
export class DaemonLink implements vscode.Disposable {
  readonly #options: LinkOptions;
  readonly #owned: vscode.Disposable[] = [];
  readonly #state = new vscode.EventEmitter<LinkState>();
  readonly #changed = new vscode.EventEmitter<readonly string[]>();
  readonly #progress = new vscode.EventEmitter<NotificationOf<'progress'>>();
  readonly #gaveUp = new vscode.EventEmitter<unknown>();
  readonly #ended = new AbortController();
  #connection: DaemonConnection | undefined;
  #opening: Promise<DaemonConnection | undefined> | undefined;
  /** Under way while it is found out whether the runner ended without saying so, and while it is started again. */
  #return: Promise<void> | undefined;
  #isReturning = false;
  /** When the runner was started again, in milliseconds. */
  #returns: readonly number[] = [];
  /** It could not be started again, which was told: no more tries until a runner answers. */
  #hasGivenUp = false;

  readonly onDidChangeState = this.#state.event;
  /** Topics of views that are out of date: `runs`, `queue`, `inbox`, `specs`. */
  readonly onDidChangeViews = this.#changed.event;
  readonly onDidProgress = this.#progress.event;
  /** Why a runner that ended without saying so is not there again. */
  readonly onDidGiveUp = this.#gaveUp.event;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#owned.push(this.#state, this.#changed, this.#progress, this.#gaveUp);
  }

  get state(): LinkState {
    if (this.#connection !== undefined) return 'ready';
    return this.#isReturning ? 'returning' : 'away';
  }

  /** Waits for a runner that ended without saying so. Whether one answers then. */
  async returned(): Promise<boolean> {
    await this.#return;
    return this.#connection !== undefined;
  }

  /** Whether it was told that the runner does not come back by itself. */
  get hasGivenUp(): boolean {
    return this.#hasGivenUp;
  }

  /** Looks for a runner now and whenever one may have come: its endpoint file was written, or the window got the focus. */
  watch(): void {
    const folder = vscode.Uri.joinPath(vscode.Uri.file(this.#options.home), 'daemon');
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, 'endpoint'));
    const look = () => void this.#lookForRunner();
    this.#owned.push(
      watcher,
      watcher.onDidCreate(look),
      watcher.onDidChange(look),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) look();
      }),
    );
    look();
  }

  /** Asks a runner that is there; `undefined` when none is. */
  async ask<M extends MethodName>(
    method: M,
    params: ParamsOf<M>,
    signal: AbortSignal = this.#ended.signal,
  ): Promise<ResultOf<M> | undefined> {
    const connection = this.#connection ?? (await this.#open());
    return await connection?.call(method, params, signal);
  }

  /** Asks the runner and starts it first when it is away. */
  async act<M extends MethodName>(
    method: M,
    params: ParamsOf<M>,
    signal: AbortSignal = this.#ended.signal,
  ): Promise<ResultOf<M>> {
    const connection = await this.#ensure(signal);
    return await connection.call(method, params, signal);
  }

  /** Starts the runner unless it is there. */
  async start(signal: AbortSignal = this.#ended.signal): Promise<void> {
    await this.#ensure(signal);
  }

  dispose(): void {
    this.#ended.abort(new Error('The window closes.'));
    this.#connection?.dispose();
    this.#connection = undefined;
    for (const one of this.#owned.splice(0).toReversed()) one.dispose();
  }

  async #lookForRunner(): Promise<void> {
    if (this.#connection !== undefined || this.#ended.signal.aborted) return;
    try {
      // A place that is still named although nothing answers there: the runner was killed, perhaps with the machine.
      if ((await this.#open()) === undefined && (await this.#isStillNamed()))
        this.#begin(() => this.#comeBack());
    } catch (error) {
      if (!isAbort(error) && !this.#ended.signal.aborted) this.#options.log.warn(String(error));
    }
  }

  /** One attempt at a time; an attempt that is under way is shared. */
  #open(): Promise<DaemonConnection | undefined> {
    this.#opening ??= this.#openOnce().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openOnce(): Promise<DaemonConnection | undefined> {
    const { DaemonConnection } = await import('../client/index.ts');
    const { home, version } = this.#options;
    const opened = await DaemonConnection.open({ home, client: 'editor', version }, this.#ended.signal);
    return opened === undefined ? undefined : await this.#adopt(opened);
  }

  async #ensure(signal: AbortSignal): Promise<DaemonConnection> {
    const running = this.#connection;
    if (running !== undefined) return running;
    await this.#opening;
    if (this.#connection !== undefined) return this.#connection;
    const { ensureDaemon, readInstallation } = await import('../client/index.ts');
    const installation: Installation = await readInstallation(this.#options.installationRoot);
    const connection = await ensureDaemon(
      {
        home: this.#options.home,
        client: 'editor',
        version: this.#options.version,
        installation,
        node: { path: process.execPath, env: { ELECTRON_RUN_AS_NODE: '1' } },
      },
      AbortSignal.any([signal, this.#ended.signal]),
    );
    return await this.#adopt(connection);
  }

  /** Makes a connection the one that is used, unless another was adopted meanwhile, also while this one subscribed. */
  async #adopt(connection: DaemonConnection): Promise<DaemonConnection> {
    try {
      connection.on('changed', ({ views }) => this.#changed.fire(views));
      connection.on('progress', (progress) => this.#progress.fire(progress));
      if (this.#connection === undefined) await connection.call('subscribe', {}, this.#ended.signal);
      this.#ended.signal.throwIfAborted();
    } catch (error) {
      connection.dispose();
      throw error;
    }
    if (this.#connection !== undefined) {
      connection.dispose();
      return this.#connection;
    }
    this.#connection = connection;
    this.#hasGivenUp = false;
    void connection.closed.then(() => this.#lose(connection));
    this.#options.log.info(`Connected to the background runner, process ${connection.hello.pid}.`);
    this.#state.fire('ready');
    return connection;
  }

  #lose(connection: DaemonConnection): void {
    connection.dispose();
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    if (this.#ended.signal.aborted) return;
    this.#options.log.info('The background runner went away.');
    this.#begin(() => this.#afterLoss(connection.hello.pid));
  }

  /** Has work under way, unless some is; it begins after it is known as such, so that it ends as such even if it ends at once. */
  #begin(work: () => Promise<void>): void {
    if (this.#return !== undefined) return;
    const begun = Promise.resolve()
      .then(work)
      .finally(() => {
        if (this.#return === begun) this.#return = undefined;
      });
    this.#return = begun;
  }

  async #afterLoss(pid: number): Promise<void> {
    if (await this.#isStillNamed(pid)) return await this.#comeBack();
    this.#return = undefined;
    this.#state.fire('away');
    await this.#lookForRunner();
  }

  /** Starts the runner again. */
  async #comeBack(): Promise<void> {
    try {
      const now = Date.now();
      this.#returns = this.#returns.filter((at) => now - at < returnsWithinMs);
      if (this.#returns.length >= maxReturns) throw endsAgainAndAgain(this.#options.home);
      this.#returns = [...this.#returns, now];
      this.#isReturning = true;
      this.#options.log.warn('It ended without saying so and is started again.');
      this.#state.fire('returning');
      await this.#ensure(this.#ended.signal);
    } catch (error) {
      if (isAbort(error) || this.#ended.signal.aborted) return;
      this.#hasGivenUp = true;
      this.#gaveUp.fire(error);
    } finally {
      this.#isReturning = false;
      this.#return = undefined;
      if (this.#connection === undefined && !this.#ended.signal.aborted) this.#state.fire('away');
    }
  }

  /** Whether a runner that does not answer is still named as the one: a runner that is asked to end takes its name away. */
  async #isStillNamed(pid?: number): Promise<boolean> {
    if (this.#hasGivenUp || !vscode.workspace.isTrusted) return false;
    const { readEndpoint } = await import('../client/index.ts');
    const named = readEndpoint(this.#options.home);
    return named !== undefined && (pid === undefined || named.pid === pid);
  }
}

function endsAgainAndAgain(home: string): UserError {
  return new UserError(
    'runner-crashes',
    vscode.l10n.t(
      'The background runner ended {0} times within minutes, so it is not started again by itself.',
      maxReturns + 1,
    ),
    vscode.l10n.t('What was finished is kept. The newest file in {0} says why it ended.', `${home}/logs`),
  );
}
