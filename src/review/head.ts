import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/** The commit that HEAD of the repository around a folder names, read from its files; `null` without one. Runs no git. */
export function headOf(folder: string): string | null {
  const git = gitFolder(folder);
  if (git === undefined) return null;
  let name = read(join(git, 'HEAD'))?.trim() ?? '';
  const common = read(join(git, 'commondir'))?.trim();
  const shared = common === undefined ? git : isAbsolute(common) ? common : join(git, common);
  for (let hops = 0; hops < 5 && name.startsWith('ref: '); hops += 1) {
    const ref = name.slice(5).trim();
    name = (read(join(git, ref)) ?? read(join(shared, ref)))?.trim() ?? packed(shared, ref) ?? '';
  }
  return /^[0-9a-f]{40,64}$/.test(name) ? name : null;
}

function gitFolder(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, '.git');
    const stat = statSync(candidate, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return candidate;
    const link = stat?.isFile() ? /^gitdir: (.+)$/m.exec(read(candidate) ?? '')?.[1]?.trim() : undefined;
    if (link !== undefined) return isAbsolute(link) ? link : join(at, link);
    if (dirname(at) === at) return undefined;
  }
}

function packed(git: string, ref: string): string | undefined {
  const line = (read(join(git, 'packed-refs')) ?? '').split('\n').find((one) => one.endsWith(` ${ref}`));
  return line?.split(' ')[0];
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
