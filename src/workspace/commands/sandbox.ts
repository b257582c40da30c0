import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';

/** What a sandboxed command sees and may change. All paths are absolute. */
export interface SandboxPlan {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folders that are empty inside, with what fills them: a folder of the box, or memory. */
  readonly hidden: readonly { readonly dir: string; readonly filledBy?: string }[];
  readonly writable: readonly Bind[];
  readonly readable: readonly Bind[];
  readonly cwd: string;
}

export interface Bind {
  readonly from: string;
  readonly to: string;
}

/** Whether commands can be isolated on this machine, and why not. */
export interface SandboxProbe {
  readonly available: boolean;
  readonly note?: string;
}

/** No network, no other processes, no rights, a session of its own, and an end with its parent. */
const ISOLATION = ['--die-with-parent', '--new-session', '--unshare-all', '--cap-drop', 'ALL'];

const PROBE_LIMIT_MS = 10_000;

/** Runs the smallest possible sandbox once. Containers often forbid the name spaces it needs. */
export async function probeSandbox(): Promise<SandboxProbe> {
  if (process.platform !== 'linux') {
    return { available: false, note: `there is no sandbox for ${process.platform} yet` };
  }
  const args = [...ISOLATION, '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--', 'true'];
  return new Promise((resolve) => {
    execFile('bwrap', args, { timeout: PROBE_LIMIT_MS, encoding: 'utf8' }, (error, _stdout, stderr) => {
      if (error === null) resolve({ available: true });
      else if (error.code === 'ENOENT')
        resolve({ available: false, note: 'bubblewrap (bwrap) is not installed' });
      else
        resolve({
          available: false,
          note: `bubblewrap cannot isolate here: ${stderr.trim().split('\n')[0] ?? ''}`,
        });
    });
  });
}

/**
 * The bubblewrap command for a plan. Outer folders come before inner ones, so that what is bound below a hidden folder
 * is seen; at one place a bind comes after what hides it.
 */
export function bubblewrapCommand(plan: SandboxPlan): string[] {
  const layers = [
    ...plan.hidden.map(({ dir, filledBy }) => ({
      to: dir,
      args: filledBy === undefined ? ['--tmpfs', dir] : ['--bind', filledBy, dir],
    })),
    ...plan.readable.map(({ from, to }) => ({ to, args: ['--ro-bind', from, to] })),
    ...plan.writable.map(({ from, to }) => ({ to, args: ['--bind', from, to] })),
  ];
  const ordered = layers.toSorted((a, b) => depthOf(a.to) - depthOf(b.to));
  return [
    'bwrap',
    ...ISOLATION,
    '--ro-bind',
    '/',
    '/',
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    ...ordered.flatMap((layer) => layer.args),
    '--clearenv',
    ...Object.entries(plan.env).flatMap(([name, value]) => ['--setenv', name, value]),
    '--chdir',
    plan.cwd,
    '--',
    ...plan.argv,
  ];
}

/** Folders with the person's own things, and with sockets through which a command could reach out of the sandbox. */
export function privateFolders(): string[] {
  return ['/run', '/tmp', '/var/tmp', '/root', os.homedir()];
}

function depthOf(dir: string): number {
  return path
    .resolve(dir)
    .split('/')
    .filter((part) => part !== '').length;
}
