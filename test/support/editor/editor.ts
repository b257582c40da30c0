import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { execa } from 'execa';
import type { Browser, BrowserContext, Page } from 'playwright-core';

import { installEditor, launchBrowser } from './installed.ts';
import { writeSettings } from './settings.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** A page of an editor stands within this time on a machine that is busy with other things. */
const startPatienceMs = 120_000;

export interface EditorOptions {
  /** The folder that is open; `undefined` for a window without one. */
  readonly workspace: string | undefined;
  /** `PANTHEON_HOME` of the extension. */
  readonly home: string;
  /** A VSIX to install; default: this repository's extension, as it was built. */
  readonly vsix?: string;
  /** The editor can run tests in its extension host. It shows no messages then: VS Code's test driver holds them back. */
  readonly isForHostTests?: boolean;
  /** Settings besides those of the bench. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly port?: number;
  /** Variables for the editor's processes besides those of this one. */
  readonly env?: Readonly<Record<string, string>>;
  /** A folder for the editor's own data that is kept; default: one that is removed in the end. */
  readonly data?: string;
  /** Word that a browser must know to be let in; default: whoever reaches the port is. */
  readonly token?: string;
  /** A browser that several editors share; default: one of its own. */
  readonly browser?: Browser;
}

/** A real VS Code server with the extension under development, and a browser that shows it. */
export class Editor {
  readonly url: string;
  /** Resolves when the editor's server has ended. */
  readonly ended: Promise<void>;
  readonly #server: ChildProcess;
  /** Removed in the end. */
  readonly #data: string | undefined;
  readonly #sharedBrowser: Browser | undefined;
  #ownBrowser: Browser | undefined;

  private constructor(
    server: ChildProcess,
    url: string,
    owned: { readonly data: string | undefined; readonly browser: Browser | undefined },
  ) {
    this.#server = server;
    this.url = url;
    this.#data = owned.data;
    this.#sharedBrowser = owned.browser;
    this.ended = new Promise((resolve) => server.once('exit', () => resolve()));
  }

  static async start(options: EditorOptions): Promise<Editor> {
    const vscode = installEditor();
    const port = options.port ?? (await freePort());
    const data = options.data ?? mkdtempSync(join(tmpdir(), 'pantheon-editor-'));
    if (!existsSync(join(data, 'data'))) {
      writeSettings(
        ['User', 'Machine'].map((folder) => join(data, 'data', folder)),
        options.settings,
      );
    }
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(VSCODE_|NODE_|ELECTRON_)/.test(name)),
    );
    const main = join(vscode, 'out', 'server-main.js');
    if (options.vsix !== undefined) await install(main, options.vsix, data, env);
    else if (options.isForHostTests !== true) useRepository(join(data, 'extensions'));
    const server = spawn(
      process.execPath,
      [
        main,
        ...(options.token === undefined
          ? ['--without-connection-token']
          : ['--connection-token', options.token]),
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
        '--accept-server-license-terms',
        '--server-data-dir',
        data,
        ...(options.isForHostTests === true ? ['--enable-smoke-test-driver'] : []),
        '--telemetry-level',
        'off',
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
        env: { ...env, ...options.env, PANTHEON_HOME: options.home },
      },
    );
    await untilItListens(server);
    const authority = `localhost:${port}`;
    const payload = JSON.stringify(
      options.isForHostTests === true
        ? [['extensionDevelopmentPath', `vscode-remote://${authority}${root}`]]
        : [],
    );
    const folder = whatIsOpen(options.workspace);
    const token = options.token === undefined ? '' : `tkn=${options.token}&`;
    const url = `http://${authority}/?${token}${folder}&payload=${encodeURIComponent(payload)}`;
    return new Editor(server, url, {
      data: options.data === undefined ? data : undefined,
      browser: options.browser,
    });
  }

  /** Waits until the editor keeps no copy of an unsaved file, by which it would give that text back after it was closed. */
  async untilNothingIsKept(signal: AbortSignal): Promise<void> {
    const folder = join(this.#data ?? '', 'data', 'User', 'Backups');
    const kept = () =>
      existsSync(folder) &&
      readdirSync(folder, { recursive: true, withFileTypes: true }).some(
        (entry) => entry.isFile() && entry.parentPath.includes('vscode-remote'),
      );
    while (kept()) await setTimeout(50, undefined, { signal });
  }

  /** The address that runs a test bundle (`exports.run`) in the extension host. */
  testUrl(testsPath: string): string {
    const url = new URL(this.url);
    const payload = JSON.parse(url.searchParams.get('payload') ?? '[]') as [string, string][];
    payload.push(['extensionTestsPath', `vscode-remote://${url.host}${testsPath}`]);
    url.searchParams.set('payload', JSON.stringify(payload));
    return url.href;
  }

  /** Opens the editor in a browser and waits until its workbench stands. */
  async open(
    options: {
      readonly width?: number;
      readonly height?: number;
      readonly url?: string;
      readonly theme?: 'dark' | 'light';
      /** A browser window of before, which is used again. */
      readonly context?: BrowserContext;
    } = {},
  ): Promise<Page> {
    const context = options.context ?? (await this.#newContext(options));
    const page = await context.newPage();
    await page.goto(options.url ?? this.url, { timeout: startPatienceMs });
    await page.locator('.monaco-workbench .statusbar').waitFor({ timeout: startPatienceMs });
    return page;
  }

  async #newContext(options: {
    readonly width?: number;
    readonly height?: number;
    readonly theme?: 'dark' | 'light';
  }): Promise<BrowserContext> {
    const browser = this.#sharedBrowser ?? (this.#ownBrowser ??= await launchBrowser());
    return await browser.newContext({
      viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
      colorScheme: options.theme ?? 'dark',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
  }

  async dispose(): Promise<void> {
    await this.#ownBrowser?.close();
    if (
      this.#server.pid !== undefined &&
      this.#server.exitCode === null &&
      this.#server.signalCode === null
    ) {
      process.kill(-this.#server.pid, 'SIGKILL');
      await this.ended;
    }
    if (this.#data !== undefined) rmSync(this.#data, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A folder, the folders that a workspace file lists, or nothing. */
function whatIsOpen(path: string | undefined): string {
  if (path === undefined) return 'ew=true';
  return `${path.endsWith('.code-workspace') ? 'workspace' : 'folder'}=${encodeURIComponent(path)}`;
}

async function install(main: string, vsix: string, data: string, env: NodeJS.ProcessEnv): Promise<void> {
  await execa(
    process.execPath,
    [main, '--install-extension', vsix, '--server-data-dir', data, '--accept-server-license-terms'],
    { env, extendEnv: false, stdin: 'ignore' },
  );
}

/** Makes the repository an installed extension: the editor's list of them names its folder. */
function useRepository(extensions: string): void {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const location = { $mid: 1, path: root, scheme: 'file' };
  mkdirSync(extensions, { recursive: true });
  writeFileSync(
    join(extensions, 'extensions.json'),
    JSON.stringify([{ identifier: { id: 'pantheon.pantheon' }, version, location, metadata: {} }]),
  );
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

function untilItListens(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (data: Buffer) => {
      said += data.toString();
      if (!/Extension host agent listening on/.test(said)) return;
      for (const stream of [server.stdout, server.stderr]) stream?.off('data', hear).resume();
      resolve();
    };
    server.stdout?.on('data', hear);
    server.stderr?.on('data', hear);
    server.once('exit', (code) => reject(new Error(`The editor's server ended with ${code}:\n${said}`)));
    server.once('error', reject);
  });
}
