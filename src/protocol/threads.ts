import * as z from 'zod';

import { BufferView, WindowEditsView } from './editing.ts';
import { mutation, query } from './method.ts';

const ThreadComment = z.object({
  id: z.string(),
  /** Name of the agent; absent for a person. */
  agent: z.string().optional(),
  text: z.string(),
  at: z.string(),
});

/** A conversation about lines of a file: a finding with what was said about it, or one that a person began. */
export const ThreadView = z.object({
  id: z.string(),
  workspace: z.string(),
  path: z.string(),
  /** 0-based, `endLine` is the last one; in the text that it was made in where `placed` is false. */
  line: z.number().int(),
  endLine: z.number().int(),
  /** Whether the lines are those of the file as it is now. */
  placed: z.boolean(),
  /** It is about the file as such, and not about lines of it. */
  wholeFile: z.literal(true).optional(),
  state: z.enum(['open', 'applied', 'dismissed', 'resolved', 'outdated']),
  comments: z.array(ThreadComment),
  /** Of a finding. */
  finding: z
    .object({
      proposal: z.string(),
      agent: z.string(),
      severity: z.enum(['info', 'warning', 'error']),
      suggestion: z.string().optional(),
      /** The lines that a suggestion takes the place of. */
      replaces: z.string().optional(),
      /** `2` of `7` findings of this agent in the proposal. */
      number: z.number().int(),
      of: z.number().int(),
    })
    .optional(),
  /** An agent that was asked and has not answered. */
  waiting: z.object({ run: z.string(), agent: z.string() }).optional(),
  /** Proposals that answers led to. */
  proposals: z.array(z.string()),
  createdAt: z.string(),
});
export type ThreadView = z.infer<typeof ThreadView>;

const workspace = z.string().min(1);
const words = z.string().min(1).max(20_000);
const unsaved = z.array(BufferView).optional();
/** The allowed variables of the client's environment, for the run that answers. */
const env = z.record(z.string(), z.string());

/** Requests about review threads. */
export const threadMethods = {
  'threads.list': query(
    z.object({ workspace, paths: z.array(z.string()).optional(), unsaved }),
    z.object({ schema: z.literal('pantheon.threads/1'), threads: z.array(ThreadView) }),
  ),
  /** The text that a thread was made in; `null` if it was erased. */
  'threads.base': query(z.object({ thread: z.string() }), z.object({ text: z.string().nullable() })),
  'threads.create': mutation(
    {
      workspace,
      path: z.string().min(1),
      /** Both, or neither for a thread about the file as such. */
      line: z.number().int().nonnegative().optional(),
      endLine: z.number().int().nonnegative().optional(),
      words,
      /** The file as it stands in the window, if that has not saved it. */
      text: z.string().optional(),
    },
    ThreadView,
  ),
  'threads.reply': mutation({ thread: z.string(), words }, ThreadView),
  /** Queues an agent on the place; its answer comes into the thread and its edit into the inbox. */
  'threads.ask': mutation({ thread: z.string(), words: words.optional(), env }, ThreadView),
  /** Apply writes the suggestion, in an unsaved file by the window. Dismiss is the opposite; both are for findings. */
  'threads.decide': mutation(
    {
      thread: z.string(),
      decision: z.enum(['apply', 'dismiss', 'resolve', 'reopen']),
      words: z.string().max(20_000).optional(),
      unsaved,
    },
    z.object({ thread: ThreadView, edits: z.array(WindowEditsView) }),
  ),
} as const;
