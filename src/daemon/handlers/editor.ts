import type { EditorChangeView, FileInReviewView } from '../../protocol/index.ts';
import type { EditorChange, FileInReview } from '../../review/index.ts';
import { decode } from '../../text/index.ts';
import type { Rooms } from '../rooms.ts';
import type { Handlers } from '../rpc-server.ts';
import type { UnsavedFiles } from '../unsaved-files.ts';

type EditorHandlers = Pick<
  Handlers,
  | 'review.texts'
  | 'review.open'
  | 'review.stop'
  | 'review.undo'
  | 'review.report'
  | 'review.files'
  | 'review.released'
  | 'review.committed'
  | 'review.exposed'
>;

/** Requests that only an editor makes. */
export function editorHandlers(
  rooms: Pick<Rooms, 'review' | 'realRoot'>,
  windows: UnsavedFiles,
): EditorHandlers {
  const { review, realRoot } = rooms;
  const { editor } = review;
  /** The workspace of a proposal; an unknown one is refused by the review itself. */
  const rootOf = async (proposal: string) => {
    const root = review.proposal(proposal)?.workspace ?? '';
    await windows.freeOrphans(root);
    return root;
  };
  return {
    'review.texts': ({ proposal }) => ({
      files: review.texts(proposal).map(({ path, base, proposed }) => ({
        path,
        base: textOf(base),
        proposed: textOf(proposed),
      })),
    }),
    'review.open': async ({ proposal, unsaved, commandId }, signal, client) => {
      const mine = windows.taken(client, await rootOf(proposal), unsaved);
      return changeView(await editor.open({ proposal, unsaved: mine, commandId }, signal));
    },
    'review.stop': async ({ proposal, unsaved, commandId }, signal, client) => {
      const mine = windows.taken(client, await rootOf(proposal), unsaved);
      return changeView(await editor.stop({ proposal, unsaved: mine, commandId }, signal));
    },
    'review.undo': async ({ workspace, unsaved, commandId }, signal, client) => {
      const root = realRoot(workspace);
      await windows.freeOrphans(root);
      const mine = windows.taken(client, root, unsaved);
      const change = await editor.undo({ workspaceRoot: root, unsaved: mine, commandId }, signal);
      return { ...changeView(change), hunk: change.hunk };
    },
    'review.report': async ({ workspace, path, text, edits }, _, client) => {
      const workspaceRoot = realRoot(workspace);
      const owned =
        text === null
          ? !windows.isOthers(client, workspaceRoot, path)
          : windows.take(client, workspaceRoot, path);
      if (!owned) return { file: null, owned };
      if (text === null) await windows.free(client, workspaceRoot, [path]);
      const file = await editor.report({
        workspaceRoot,
        path,
        ...(text === null ? {} : { text }),
        ...(edits === undefined ? {} : { edits }),
      });
      return { file: file === undefined ? null : fileView(file), owned };
    },
    'review.files': async ({ workspace }) => ({
      files: (await editor.files(realRoot(workspace))).map(fileView),
    }),
    'review.released': async ({ workspace, paths }, _, client) => {
      await windows.free(client, realRoot(workspace), paths);
      return {};
    },
    'review.committed': async ({ workspace, hunks }) => {
      await editor.committed({ workspaceRoot: realRoot(workspace), hunks });
      return {};
    },
    'review.exposed': async ({ id, what, rank }) => {
      await editor.exposed({ id, what, ...(rank === undefined ? {} : { rank }) });
      return {};
    },
  };
}

export function fileView({ path, state }: FileInReview): FileInReviewView {
  return { path, state };
}

function changeView({ files, edits, refused }: EditorChange): EditorChangeView {
  return {
    files: files.map(fileView),
    edits: edits.map(({ path, edits: list }) => ({ path, edits: [...list] })),
    refused: [...refused],
  };
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : (decode(bytes)?.text ?? null);
}
