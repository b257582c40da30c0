import type { FollowUps } from '../follow-ups.ts';
import type { Rooms } from '../rooms.ts';
import type { Handlers } from '../rpc-server.ts';
import type { UnsavedFiles } from '../unsaved-files.ts';

type ThreadHandlers = Pick<
  Handlers,
  'threads.list' | 'threads.base' | 'threads.create' | 'threads.reply' | 'threads.ask' | 'threads.decide'
>;

/** Requests about review threads. */
export function threadHandlers(
  { review, realRoot }: Pick<Rooms, 'review' | 'realRoot'>,
  followUps: FollowUps,
  windows: UnsavedFiles,
): ThreadHandlers {
  const { threads } = review;
  return {
    'threads.list': ({ workspace, paths, unsaved }) => ({
      schema: 'pantheon.threads/1',
      threads: [
        ...threads.list({
          workspaceRoot: realRoot(workspace),
          ...(paths === undefined ? {} : { paths }),
          ...(unsaved === undefined ? {} : { unsaved }),
        }),
      ],
    }),
    'threads.base': ({ thread }) => ({ text: threads.base(thread) }),
    'threads.create': ({ workspace, path, line, endLine, words, text, commandId }) =>
      threads.create({
        workspaceRoot: realRoot(workspace),
        path,
        ...(line === undefined ? {} : { lines: { line, endLine: endLine ?? line } }),
        words,
        ...(text === undefined ? {} : { text }),
        commandId,
      }),
    'threads.reply': ({ thread, words, commandId }) => {
      threads.reply({ thread, words, commandId });
      return threads.view(thread);
    },
    'threads.ask': async ({ thread, words, env, commandId }, signal) => {
      await followUps.ask({ thread, env, commandId, ...(words === undefined ? {} : { words }) }, signal);
      return threads.view(thread);
    },
    'threads.decide': async ({ thread, decision, words, unsaved, commandId }, signal, client) => {
      const root = threads.view(thread).workspace;
      await windows.freeOrphans(root);
      const mine = windows.taken(client, root, unsaved);
      const { edits } = await threads.decide(
        { thread, decision, commandId, unsaved: mine, ...(words === undefined ? {} : { words }) },
        signal,
      );
      return {
        thread: threads.view(thread, mine),
        edits: edits.map(({ path, edits: list }) => ({ path, edits: [...list] })),
      };
    },
  };
}
