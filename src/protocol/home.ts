import { sha256 } from '../common/index.ts';

/** What is asked of the environment to find the person's data folder. */
export interface HomeEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** The person's home folder, absolute. */
  readonly homeDir: string;
}

/** Folder of all data: `PANTHEON_HOME`, else `~/.pantheon`, on Windows `%LOCALAPPDATA%\pantheon`. */
export function pantheonHome({ env, platform, homeDir }: HomeEnvironment): string {
  const chosen = env['PANTHEON_HOME'];
  if (chosen !== undefined && chosen !== '') return chosen;
  if (platform === 'win32') return `${env['LOCALAPPDATA'] ?? `${homeDir}\\AppData\\Local`}\\pantheon`;
  return `${homeDir}/.pantheon`;
}

/** Files of the daemon below the data folder, joined with `/`, which every platform accepts. */
export function homePaths(home: string) {
  return {
    settings: `${home}/settings.yaml`,
    data: `${home}/data`,
    database: `${home}/data/pantheon.db`,
    lock: `${home}/data/lock.db`,
    runtime: `${home}/runtime`,
    logs: `${home}/logs`,
    daemon: `${home}/daemon`,
    /** Only the person can read it; a connection that does not show it is closed. */
    token: `${home}/daemon/token`,
    /** JSON of `Endpoint`; exists while a daemon listens, and may be stale after a crash. */
    endpoint: `${home}/daemon/endpoint`,
    pins: `${home}/pins`,
  } as const;
}

/** Where a daemon listens, as it writes it into its endpoint file. */
export interface Endpoint {
  readonly path: string;
  readonly pid: number;
  readonly version: string;
}

/**
 * Socket or pipe of a data folder. The name is a hash, because long paths fail (104 bytes on macOS, 108 on Linux);
 * `runtimeDir` is a short folder that only the person can enter.
 */
export function socketPath(home: string, platform: string, runtimeDir: string): string {
  const name = `pantheon-${sha256(home).slice(0, 16)}`;
  return platform === 'win32' ? `\\\\.\\pipe\\${name}` : `${runtimeDir}/${name}.sock`;
}

/** What `npm run build` writes beside the bundles, so that versions can be compared. */
export interface BuildInfo {
  readonly version: string;
  /** Hash of bundles and bundled agents. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly builtAt: number;
}

/** Whether a daemon of build `running` should give way to a client of build `mine`: the newest version wins. */
export function isNewer(mine: BuildInfo, running: BuildInfo): boolean {
  if (mine.hash === running.hash) return false;
  const order = compareVersions(mine.version, running.version);
  return order > 0 || (order === 0 && mine.builtAt > running.builtAt);
}

function compareVersions(a: string, b: string): number {
  const parts = (version: string) => version.split(/[.+-]/).map((part) => Number.parseInt(part, 10) || 0);
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
