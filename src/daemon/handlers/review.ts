import type { Rooms } from '../rooms.ts';
import type { Handlers } from '../rpc-server.ts';
import type { UnsavedFiles } from '../unsaved-files.ts';
import { fileView } from './editor.ts';

type ReviewHandlers = Pick<Handlers, 'inbox.list' | 'review.decide' | 'review.patch'>;

/** Requests about proposals and decisions. */
export function reviewHandlers(
  { review, realRoot }: Pick<Rooms, 'review' | 'realRoot'>,
  windows: UnsavedFiles,
): ReviewHandlers {
  return {
    'inbox.list': ({ workspace }) => review.inbox(workspace === undefined ? undefined : realRoot(workspace)),
    'review.decide': async (params, signal, client) => {
      const { proposal, hunks, decision, way, reason, words, instead, commandId } = params;
      const root = review.proposal(proposal)?.workspace ?? '';
      await windows.freeOrphans(root);
      const result = await review.decide(
        {
          proposal,
          hunks,
          decision,
          way,
          commandId,
          unsaved: windows.taken(client, root, params.unsaved),
          ...(reason === undefined ? {} : { reason }),
          ...(words === undefined ? {} : { words }),
          ...(instead === undefined ? {} : { instead }),
        },
        signal,
      );
      return {
        proposal: result.proposal,
        decided: [...result.decided],
        refused: [...result.refused],
        files: (result.files ?? []).map(fileView),
        edits: (result.edits ?? []).map(({ path, edits }) => ({ path, edits: [...edits] })),
      };
    },
    'review.patch': ({ proposal }) => ({ patch: review.patch(proposal) }),
  };
}
