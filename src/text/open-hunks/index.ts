export { bringIn } from './bring-in.ts';
export { acceptHunk, leaveIn, rejectHunk, takeOut, undoDecision, type TakenOut } from './decide.ts';
export { followEdits, followOutside, followTo } from './follow.ts';
export { hunksAt, linesOf, originalOf, reviewedText, type EditorLineChange } from './original.ts';
export type {
  BringInProblem,
  BroughtIn,
  ClosedHunk,
  Decided,
  Followed,
  Incoming,
  IncomingHunk,
  OpenHunk,
  Range,
  ReviewedText,
  Turn,
} from './types.ts';
