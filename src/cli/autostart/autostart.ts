import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import { messageOf, UserError } from '../../common/index.ts';
import { planAutostart, type AutostartFacts, type AutostartPlan } from './plan.ts';

/** What was written or removed. */
export interface Autostart {
  readonly how: AutostartPlan['how'];
  readonly place: string;
  /** Whether something was there before. */
  readonly wasThere: boolean;
}

const run = promisify(execFile);
const PATIENCE_MS = 15_000;

/** Makes the background runner start with the person's session. */
export async function installAutostart(facts: AutostartFacts, signal: AbortSignal): Promise<Autostart> {
  const plan = await usablePlan(facts, signal);
  const { file } = plan;
  const wasThere = file !== undefined && existsSync(file.path);
  if (plan.how === 'launchd' && wasThere) await tryEach(plan.uninstall, signal);
  if (file !== undefined) await write(file);
  for (const command of plan.install) {
    try {
      await execute(command, signal);
    } catch (error) {
      if (file !== undefined && !wasThere) await rm(file.path, { force: true });
      throw new UserError(
        'autostart-refused',
        `\`${command.join(' ')}\` failed: ${saidBy(error)}.`,
        'Nothing was left behind. Run that command yourself to see more, or start `pantheon daemon run` by what starts your session.',
        { cause: error },
      );
    }
  }
  return { how: plan.how, place: plan.place, wasThere };
}

/** Takes that back. Without anything to take back it does nothing. */
export async function uninstallAutostart(facts: AutostartFacts, signal: AbortSignal): Promise<Autostart> {
  const plan = planOf(facts);
  const { file } = plan;
  const hadFile = file !== undefined && existsSync(file.path);
  if (file !== undefined && !hadFile) return { how: plan.how, place: plan.place, wasThere: false };
  const undone = await tryEach(plan.uninstall, signal);
  if (file !== undefined) await rm(file.path, { force: true });
  await tryEach(plan.reload, signal);
  return { how: plan.how, place: plan.place, wasThere: hadFile || undone };
}

function planOf(facts: AutostartFacts): AutostartPlan {
  const plan = planAutostart(facts);
  if (plan !== undefined) return plan;
  throw new UserError(
    'no-autostart',
    `How programs start with a session is not known for ${facts.platform}.`,
    'Start `pantheon daemon run` by what starts your session.',
  );
}

async function usablePlan(facts: AutostartFacts, signal: AbortSignal): Promise<AutostartPlan> {
  const plan = planOf(facts);
  if (plan.probe === undefined) return plan;
  try {
    await execute(plan.probe, signal);
    return plan;
  } catch (error) {
    signal.throwIfAborted();
    throw new UserError(
      'no-user-session',
      `There is no systemd user session here (${saidBy(error)}), so nothing can start with it. Nothing was written.`,
      'Start `pantheon daemon run` by what starts your session: your shell profile, a crontab line with @reboot, or the command of a container.',
      { cause: error },
    );
  }
}

async function write({ path, text }: { readonly path: string; readonly text: string }): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    throw new UserError(
      'autostart-unwritable',
      `${path} cannot be written: ${messageOf(error)}.`,
      'Make its folder writable for you.',
      { cause: error },
    );
  }
}

/** Whether any of them did something. */
async function tryEach(commands: readonly (readonly string[])[], signal: AbortSignal): Promise<boolean> {
  let did = false;
  for (const command of commands) {
    try {
      await execute(command, signal);
      did = true;
    } catch {
      signal.throwIfAborted();
    }
  }
  return did;
}

async function execute([program = '', ...args]: readonly string[], signal: AbortSignal): Promise<void> {
  await run(program, args, { signal, timeout: PATIENCE_MS, windowsHide: true });
}

/** The last line that a command said, or why it could not start. */
function saidBy(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const last = said.split('\n').at(-1)?.trim().replace(/\.$/, '') ?? '';
  return last === '' ? (messageOf(error).split('\n')[0] ?? '') : last;
}
