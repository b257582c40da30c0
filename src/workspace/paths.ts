/** Names that Windows keeps for devices, with any extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9\xb9\xb2\xb3]|lpt[0-9\xb9\xb2\xb3]|conin\$|conout\$)(\..*)?$/i;

/** Control characters, and what Windows allows in no name. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f<>:"|?*]/;

/** Characters that file systems ignore, with which `.git` can be written in disguise on macOS. */
const INVISIBLE = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/;

/**
 * Why a path that a model or a flow named may not be written, or `undefined` if it may.
 * A good path is relative, uses `/`, stays inside the tree, names no repository data, and means the same file on every
 * operating system. Symlinks on the way are the tree's business (`linkOnTheWay`).
 */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (path.includes('\0')) return 'it has a NUL character';
  if (path.startsWith('/')) return 'it is absolute';
  if (path.includes('\\')) return 'it has a backslash';
  if (/^[a-z]:/i.test(path)) return 'it has a drive letter';
  if (path.length > 4000) return 'it is too long';
  if (!path.isWellFormed()) return 'it is not valid Unicode';
  for (const name of path.split('/')) {
    const problem = nameProblem(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'it has an empty part';
  if (name === '.' || name === '..') return `it has the part "${name}"`;
  if (FORBIDDEN.test(name)) return 'it has a character that some systems forbid';
  if (INVISIBLE.test(name)) return 'it has an invisible character';
  if (/[. ]$/.test(name)) return 'a part ends with a dot or a space';
  if (RESERVED.test(name)) return `"${name}" is a device name on Windows`;
  if (isGitName(name)) return 'it names git data';
  if (new TextEncoder().encode(name).length > 255) return 'a part is longer than 255 bytes';
  return undefined;
}

/** `.git` in all the ways in which some file system would take it (`.GIT`, `git~1`). */
function isGitName(name: string): boolean {
  return /^(\.git|git~[0-9]+)$/i.test(name);
}

/** The folders on the way to `path`, outermost first: `a/b/c` gives `a`, `a/b`. */
export function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
