// `npm run try`: a real VS Code, to be looked at in a browser, with this extension and the demo project open.
//   --port N   the port, else 8123 or a free one near it
//   --fresh    forget what was done before
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { DaemonConnection, stopDaemon } from '../src/client/index.ts';
import { pantheonHome } from '../src/protocol/index.ts';
import { Editor } from '../test/support/editor/editor.ts';
import { installedEditor } from '../test/support/editor/installed.ts';
import { makeDemoWorkspace } from '../test/support/editor/workspaces.ts';

const root = join(import.meta.dirname, '..');
const firstPort = 8123;
const { values } = parseArgs({ options: { port: { type: 'string' }, fresh: { type: 'boolean' } } });
const folder = join(
  pantheonHome({ env: process.env, platform: process.platform, homeDir: homedir() }),
  'try',
);
const home = join(folder, 'home');

if (process.platform !== 'linux' || process.arch !== 'x64') {
  say('The VS Code in the browser can be set up on Linux x64 only. With a VS Code of your own, run:');
  say(`  code --extensionDevelopmentPath=${JSON.stringify(root)} ${JSON.stringify(root)}`);
  process.exit(3);
}
await run();

async function run(): Promise<void> {
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => asked.abort());
  if (values.fresh === true) {
    await endRunner();
    rmSync(folder, { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const project = existsSync(join(folder, 'pocketknife'))
    ? join(folder, 'pocketknife')
    : await makeDemoWorkspace(folder);
  if (installedEditor() === undefined)
    say('Setting up VS Code once, from the package registry. This takes a minute or two …');
  const editor = await Editor.start({
    workspace: project,
    home,
    data: join(folder, 'editor'),
    port: values.port === undefined ? await nearPort() : Number(values.port),
    token: token(),
  });
  try {
    tell(editor.url, project);
    const stopped = new Promise<void>((resolve) =>
      asked.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    if (!asked.signal.aborted) await Promise.race([stopped, editor.ended]);
  } finally {
    await editor.dispose();
    await endRunner();
  }
  say('\nEverything has ended.');
}

function tell(url: string, project: string): void {
  say(`
Open this in a browser on this machine:

  ${url}

It is VS Code ${versionOfEditor()} with Pantheon and a small library whose tests fail (${project}).
Try: F1, "Pantheon: Run Flow…", mend-failing-tests; or the Pantheon icon at the left.
What you do is kept in ${folder} (--fresh forgets it).

Not as in a VS Code of your own: no extension gallery, no AI features of the editor, no question whether you trust the
folder (Pantheon still asks before it runs anything), and keys that the browser keeps to itself.

Ctrl-C ends the editor and the background runner.`);
}

/** Kept, so that a tab that is still open goes on to work. */
function token(): string {
  const file = join(folder, 'token');
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

function versionOfEditor(): string {
  const { version } = JSON.parse(readFileSync(join(installedEditor() ?? '', 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

/** The same port each time where it is free, so that the browser finds its settings again. */
async function nearPort(): Promise<number> {
  for (let port = firstPort; port < firstPort + 50; port += 1) {
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
  throw new Error(`No free port from ${firstPort} on. Name one with --port.`);
}

async function endRunner(): Promise<void> {
  const patience = AbortSignal.timeout(20_000);
  const runner = await DaemonConnection.open({ home, client: 'editor', version: '0' }, patience);
  if (runner !== undefined) await stopDaemon(runner, patience);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
