/** Folders that hold what a package manager brought. Where they are ignored, checkouts get them; they are never part of a tree. */
export const DEPENDENCY_FOLDERS: readonly string[] = [
  'node_modules',
  'bower_components',
  'jspm_packages',
  '.venv',
  'venv',
  '.yarn',
  '.pnpm-store',
  '__pypackages__',
  'vendor',
];

/** Dependency folders that are left out even where nothing ignores them: `vendor` and `.yarn` are often committed. */
export const NEVER_IN_TREES: readonly string[] = [
  'node_modules',
  'bower_components',
  'jspm_packages',
  '.venv',
  '__pypackages__',
];
