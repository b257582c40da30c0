import * as z from 'zod';

import { mutation, query } from './method.ts';

/** Replaces [start, end) by `text`; offsets in UTF-16 units. A list is applied one after the other. */
export const TextEdit = z.object({ start: z.number().int(), end: z.number().int(), text: z.string() });

const OpenHunk = z.object({
  id: z.string(),
  owner: z.string(),
  start: z.number().int(),
  end: z.number().int(),
  removed: z.string(),
  added: z.string(),
});
const ClosedHunk = OpenHunk.extend({
  how: z.enum(['accepted', 'rejected', 'withdrawn']),
  was: z.string(),
  left: z.string(),
});

/** A file under review: its text, the hunks that are open in it, and those that are followed further. The path uses `/`. */
export const FileInReviewView = z.object({
  path: z.string(),
  state: z.object({
    text: z.string(),
    open: z.array(OpenHunk).readonly(),
    closed: z.array(ClosedHunk).readonly(),
  }),
});
export type FileInReviewView = z.infer<typeof FileInReviewView>;

/** A file as it stands in a window that did not save it. */
export const BufferView = z.object({ path: z.string(), text: z.string() });
export type BufferView = z.infer<typeof BufferView>;

/** Why a hunk was left as it is, in a sentence. */
export const RefusedHunk = z.object({
  hunk: z.string(),
  problem: z.string(),
  /** The file is decided as a whole, not inline. */
  whole: z.literal(true).optional(),
  /** A person typed inside, and a reject would lose it: what stands there, and what stood there before the hunk. */
  typed: z.object({ now: z.string(), before: z.string() }).optional(),
});
export type RefusedHunk = z.infer<typeof RefusedHunk>;

/** Changes of unsaved files that the asking window makes itself; true once it has reported the text. */
export const WindowEditsView = z.object({ path: z.string(), edits: z.array(TextEdit) });

export const EditorChangeView = z.object({
  files: z.array(FileInReviewView),
  edits: z.array(WindowEditsView),
  refused: z.array(RefusedHunk),
});
export type EditorChangeView = z.infer<typeof EditorChangeView>;

const workspace = z.string().min(1);
const unsaved = z.array(BufferView).optional();
const done = z.object({});

/** What only editors ask: files under review, hunk by hunk. */
export const editingMethods = {
  /** Brings the undecided hunks of a proposal into their files. */
  'review.open': mutation({ proposal: z.string(), unsaved }, EditorChangeView),
  /** Takes the undecided hunks of a proposal out again. */
  'review.stop': mutation({ proposal: z.string(), unsaved }, EditorChangeView),
  /** Takes the last decision in a workspace back. */
  'review.undo': mutation({ workspace, unsaved }, EditorChangeView.extend({ hunk: z.string() })),
  /**
   * The text of a file in a window, `null` when the window has no unsaved text of it, so that the disk counts. `owned` is
   * false when another window holds unsaved text of the file: this one's was not taken.
   */
  'review.report': query(
    z.object({
      workspace,
      path: z.string(),
      text: z.string().nullable(),
      /** How the text came from the one last reported. */
      edits: z.array(TextEdit).optional(),
    }),
    z.object({ file: FileInReviewView.nullable(), owned: z.boolean() }),
  ),
  /** Files with hunks that are open or may come back. */
  'review.files': query(z.object({ workspace }), z.object({ files: z.array(FileInReviewView) })),
  /** This window holds unsaved text of these files no more; without paths, of none. */
  'review.released': query(z.object({ workspace, paths: z.array(z.string()).optional() }), done),
  /** A commit contains these open hunks. */
  'review.committed': mutation({ workspace, hunks: z.array(z.string()) }, done),
  /** A person saw a proposal or a hunk. */
  'review.exposed': mutation(
    {
      id: z.string(),
      what: z.enum(['shown', 'opened', 'evidence-opened']),
      /** Place among all undecided hunks, counted from 0. */
      rank: z.number().int().optional(),
    },
    done,
  ),
} as const;
