export { changesBetween, diffLines, diffLists, type Difference, type LineChange } from './diff.ts';
export { applyEdit, applyEdits, editsBetween, likeness, replaceLines, trimEdit, type Edit } from './edits.ts';
export { decode, encode, type Decoded, type Encoding } from './encoding.ts';
export { fenced, markdownParts, type MarkdownPart } from './fences.ts';
export { bareLine, lineStarts, splitLines, uniformEnd, usualEnd, withEnds, type LineEnd } from './lines.ts';
export { merge3, type MergeConflict, type Merged } from './merge.ts';
export { unifiedPatch, type PatchFile } from './patch.ts';
export { remainsOf, type AcceptedChange, type Remains } from './remains.ts';
export * from './open-hunks/index.ts';
