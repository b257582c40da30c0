import { GitError, runGit } from './git.ts';

/**
 * The bytes of a file in a commit of the repository around a folder; `path` is relative to that folder, with `/`.
 * `undefined` where the commit has no such file, or there is no repository. Only reads, and fetches nothing.
 */
export async function committedFile(
  folder: string,
  commit: string,
  path: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    const call = { cwd: folder, env: { GIT_NO_LAZY_FETCH: '1' } };
    return await runGit(['cat-file', 'blob', `${commit}:./${path}`], call, signal);
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}
