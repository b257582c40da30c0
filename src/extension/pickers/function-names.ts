const written = new RegExp(
  [
    /^[ \t]*(?:export\s+)?(?:default\s+)?(?:async\s+)?function(?:\s*\*\s*|\s+)([\p{ID_Start}$_][\p{ID_Continue}$]*)/u,
    /^[ \t]*(?:export\s+)?(?:const|let|var)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?::[^=]+)?=\s*(?:async\s*)?(?:function\b|\(|[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=>)/u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gmu',
);

/**
 * Names of functions as they are written in JavaScript or TypeScript, in their order, each once. For where no language service
 * answers yet; methods are not found.
 */
export function functionNames(text: string): string[] {
  return [
    ...new Set([...text.matchAll(written)].flatMap(([, declared, assigned]) => declared ?? assigned ?? [])),
  ];
}
