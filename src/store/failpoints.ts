/** Places in this room at which a test can kill the process. */
export const STORE_FAILPOINTS = [
  'store.append.before-begin',
  'store.append.between-events',
  'store.append.before-projection',
  'store.append.before-commit',
  'store.append.after-commit',
  'store.content.before-write',
  'store.content.after-write',
  'store.rebuild.before-commit',
  'store.backup.before-rename',
] as const;
