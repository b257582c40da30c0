// Entry of the embedded model server, a process of its own.
//   node embedded.mjs --stdin              started by the daemon: settings come as one line of JSON on standard input,
//                                          and the process ends when that pipe closes
//   node embedded.mjs [--port N] FILE…     started by a person; ends on SIGINT or SIGTERM, or with the pipe on its input
// Either way one line of JSON on standard output says where it listens: {"url", "token", "models"}.
import { randomBytes } from 'node:crypto';
import { fstatSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import * as z from 'zod';

import { messageOf, UserError } from '../../common/index.ts';
import { checkModelFile, modelFileOf, type ModelFile } from './model-file.ts';
import { serveModels, type RunningServer } from './server.ts';

const stdinSettings = z.object({
  token: z.string().min(16),
  files: z.array(z.object({ name: z.string(), path: z.string() })),
  version: z.string(),
});

interface Settings {
  readonly token: string;
  readonly files: readonly ModelFile[];
  readonly version: string;
  readonly port: number;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { stdin: { type: 'boolean', default: false }, port: { type: 'string', default: '0' } },
  });
  const settings = values.stdin
    ? await settingsFromParent()
    : settingsFromArguments(positionals, values.port);
  if (!values.stdin) for (const file of settings.files) await checkModelFile(file);
  const server = await serveModels({ ...settings, cores: availableParallelism() });
  if (!values.stdin) {
    endOnSignals(server);
    endWithInputPipe();
  }
  const models = settings.files.map(({ name }) => name);
  process.stdout.write(`${JSON.stringify({ url: server.url, token: settings.token, models })}\n`);
}

/** The first line is the settings; the end of the input is the end of the parent, and so of this process. */
function settingsFromParent(): Promise<Settings> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: process.stdin });
    lines.once('line', (line) => {
      const parsed = stdinSettings.safeParse(parseJson(line));
      if (parsed.success) resolve({ ...parsed.data, port: 0 });
      else reject(new Error('The settings on standard input are not readable.'));
    });
    lines.once('close', endAtOnce);
  });
}

/** Native threads may be in the middle of a model: a kill ends them without running their destructors. */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** A caller that holds a pipe to this process takes it along when it ends; a terminal or /dev/null says nothing. */
function endWithInputPipe(): void {
  const input = fstatSync(0);
  if (input.isFIFO() || input.isSocket()) process.stdin.once('close', endAtOnce).resume();
}

/** The version that was built, from the file beside the bundle; running from source has none. */
function builtVersion(): string {
  try {
    const built = parseJson(readFileSync(new URL('build.json', import.meta.url), 'utf8'));
    return z.object({ version: z.string() }).parse(built).version;
  } catch {
    return '0.0.0';
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function settingsFromArguments(paths: readonly string[], port: string): Settings {
  if (paths.length === 0) {
    throw new UserError('usage', 'No model file was given.', 'Use: pantheon serve-model FILE.gguf …', {
      exitCode: 2,
    });
  }
  if (!/^\d{1,5}$/.test(port))
    throw new UserError('usage', `"${port}" is not a port.`, 'Use: --port 11435', { exitCode: 2 });
  return {
    token: randomBytes(24).toString('base64url'),
    files: paths.map(modelFileOf),
    version: builtVersion(),
    port: Number(port),
  };
}

function endOnSignals(server: RunningServer): void {
  const end = () => {
    server.dispose().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

main().catch((error: unknown) => {
  const remedy = error instanceof UserError ? ` ${error.remedy}` : '';
  process.stderr.write(`${messageOf(error)}${remedy}\n`);
  process.exit(error instanceof UserError ? error.exitCode : 1);
});
