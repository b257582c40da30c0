import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import type { Browser } from 'playwright-core';

import { Editor } from '../editor.ts';
import { installedBrowser, installedEditor, launchBrowser } from '../installed.ts';
import { writeSettings } from '../settings.ts';

const root = resolve(import.meta.dirname, '..', '..', '..', '..');

export interface HostStart {
  readonly workspace: string | undefined;
  readonly home: string;
  readonly tests: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
}

/** A kind of VS Code in which suites run. */
export interface HostEditor extends AsyncDisposable {
  readonly name: string;
  /** Opens a window that runs the tests; the result ends it. */
  start(start: HostStart): Promise<AsyncDisposable>;
}

/** The VS Code that this machine offers, or why it offers none. */
export async function findHostEditor(): Promise<HostEditor | { readonly why: string }> {
  if (installedEditor() !== undefined && installedBrowser() !== undefined) {
    return new BrowserEditor(await launchBrowser());
  }
  const lacking = 'no VS Code in the browser: test/support/editor/install-editor.sh and chromium install it';
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return { why: `${lacking}; a desktop VS Code would need a display` };
  }
  try {
    return new DesktopEditor(await downloadAndUnzipVSCode({ cachePath: join(root, '.vscode-test') }));
  } catch (error) {
    return { why: `${lacking}; none could be downloaded either: ${String(error).split('\n')[0]}` };
  }
}

class BrowserEditor implements HostEditor {
  readonly name = 'VS Code in the browser';
  readonly #browser: Browser;

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  async start({ workspace, home, tests, settings, env }: HostStart): Promise<AsyncDisposable> {
    const editor = await Editor.start({
      workspace,
      home,
      settings,
      env,
      browser: this.#browser,
      isForHostTests: true,
    });
    try {
      const page = await editor.open({ url: editor.testUrl(tests) });
      return {
        [Symbol.asyncDispose]: async () => {
          await page.context().close();
          await editor.dispose();
        },
      };
    } catch (error) {
      await editor.dispose();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

class DesktopEditor implements HostEditor {
  readonly name = 'a VS Code that was downloaded';
  readonly #executable: string;

  constructor(executable: string) {
    this.#executable = executable;
  }

  async start({ workspace, home, tests, settings, env }: HostStart): Promise<AsyncDisposable> {
    const data = mkdtempSync(join(tmpdir(), 'pt-'));
    writeSettings([join(data, 'User')], settings);
    const child = spawn(
      this.#executable,
      [
        ...(workspace === undefined ? [] : [workspace]),
        `--extensionDevelopmentPath=${root}`,
        `--extensionTestsPath=${tests}`,
        `--user-data-dir=${data}`,
        `--extensions-dir=${join(data, 'extensions')}`,
        '--disable-workspace-trust',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-updates',
        '--skip-welcome',
        '--skip-release-notes',
      ],
      { stdio: 'ignore', env: { ...process.env, ...env, PANTHEON_HOME: home } },
    );
    const gone = new Promise<void>((done) => {
      child.once('exit', () => done());
      child.once('error', () => done());
    });
    return {
      [Symbol.asyncDispose]: async () => {
        child.kill();
        await gone;
        rmSync(data, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
