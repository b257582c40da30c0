import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import type { Context } from 'mocha';
import { chromium, type Browser } from 'playwright-core';

import { leaveOut } from '../leave-out.ts';

const installer = join(import.meta.dirname, 'install-editor.sh');

/** Where the editor's server is installed; `undefined` when it is not (`install-editor.sh` installs it). */
export function installedEditor(): string | undefined {
  const cache =
    process.env['PANTHEON_TEST_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pantheon');
  const folder = join(cache, 'code-server', '4.139.1', 'node_modules', 'code-server', 'lib', 'vscode');
  return existsSync(join(folder, 'out', 'server-main.js')) ? folder : undefined;
}

/** The browser that the bench drives; `undefined` when none is installed. */
export function installedBrowser(): string | undefined {
  const chosen = process.env['PANTHEON_TEST_BROWSER'];
  if (chosen !== undefined) return chosen;
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
}

/** Installs the editor's server into the cache unless it is there. */
export function installEditor(): string {
  return (
    installedEditor() ??
    execFileSync('bash', [installer], {
      encoding: 'utf8',
    }).trim()
  );
}

/** Starts the browser of the bench. Whoever starts it closes it. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = installedBrowser();
  if (executablePath === undefined)
    throw new Error('No browser: install chromium, or name one in PANTHEON_TEST_BROWSER.');
  return await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Leaves a suite out where no editor is installed, or no browser to see it in. */
export function needsEditor(context: Context): void {
  if (installedEditor() === undefined) leaveOut(context, 'no VS Code is installed', { installable: true });
  if (installedBrowser() === undefined) leaveOut(context, 'no browser is installed', { installable: true });
}
