import { existsSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';

/** The projects that hold a file, with its path in each; the innermost first, where one lies in another. */
export function placesIn(
  projects: readonly string[],
  path: string,
): readonly { readonly root: string; readonly path: string }[] {
  return projects
    .toSorted((a, b) => b.length - a.length)
    .flatMap((root) => {
      const within = inside(root, path);
      return within === undefined ? [] : [{ root, path: within }];
    });
}

/** A file's path inside a project with `/`, or `undefined` when it lies outside. */
export function inside(root: string, path: string): string | undefined {
  const real = existsSync(path) ? realpathSync(path) : path;
  const within = relative(root, real);
  if (within === '' || within === '..' || within.startsWith(`..${sep}`)) return undefined;
  return /^[a-z]:/i.test(within) ? undefined : within.split(sep).join('/');
}
