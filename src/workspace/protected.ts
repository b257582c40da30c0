import picomatch from 'picomatch';

/** What may not be edited unless a person does it, with the rule in their words. Patterns are matched against the whole path, without case. */
const BUILT_IN: readonly (readonly [rule: string, patterns: readonly string[]])[] = [
  ['repository data', ['**/.git', '**/.git/**', '**/.gitmodules', '**/.gitattributes']],
  [
    'agents and flows',
    ['.pantheon', '.pantheon/**', '**/.pantheon/**', '**/*.agent.md', '**/*.flow.yaml', '**/*.flow.yml'],
  ],
  [
    'tests',
    [
      '**/*.{test,spec,tests,specs}.*',
      '**/*{_test,_spec}.*',
      '**/test_*.py',
      '**/conftest.py',
      '**/{test,tests,__tests__,__mocks__,__snapshots__}/**',
      '{spec,specs,e2e,cypress}/**',
    ],
  ],
  [
    'test configuration',
    [
      '**/{jest,vitest,vite,playwright,cypress,karma,ava,wallaby,babel,nyc,c8}.config.*',
      '**/{jest,vitest}.setup.*',
      '**/{vitest.workspace,jest.preset}.*',
      '**/.{mocharc,nycrc,c8rc,taprc,babelrc}',
      '**/.{mocharc,nycrc,c8rc,taprc,babelrc}.*',
      '**/{pytest,tox}.ini',
      '**/noxfile.py',
      '**/phpunit.xml*',
      '**/tsconfig*.json',
      '**/.env',
      '**/.env.*',
    ],
  ],
  [
    'package manifests',
    [
      '**/package.json',
      '**/package-lock.json',
      '**/npm-shrinkwrap.json',
      '**/yarn.lock',
      '**/pnpm-lock.yaml',
      '**/pnpm-workspace.yaml',
      '**/bun.lock',
      '**/bun.lockb',
      '**/deno.{json,jsonc,lock}',
      '**/.npmrc',
      '**/.yarnrc*',
      '**/.pnpmfile.cjs',
      '**/.pnp.*',
      '**/{pyproject,Cargo}.toml',
      '**/{Cargo,poetry,uv,Pipfile,Gemfile,composer}.lock',
      '**/{Pipfile,Gemfile}',
      '**/composer.json',
      '**/requirements*.txt',
      '**/setup.{py,cfg}',
      '**/go.{mod,sum,work}',
      '**/{pom.xml,build.gradle,build.gradle.kts}',
      '**/node_modules/**',
      '**/.nvmrc',
      '**/.node-version',
    ],
  ],
  [
    'CI files',
    [
      '.github/**',
      '.gitlab-ci.yml',
      '.gitlab/**',
      '.circleci/**',
      '.travis.yml',
      'azure-pipelines.yml',
      '.azure-pipelines/**',
      'bitbucket-pipelines.yml',
      '**/Jenkinsfile',
      '.buildkite/**',
      '.drone.yml',
      '.woodpecker.yml',
      '.woodpecker/**',
      '.ci/**',
      '.husky/**',
      'lefthook.yml',
      '.pre-commit-config.yaml',
    ],
  ],
  ['editor tasks', ['.vscode/**', '.idea/**', '.devcontainer/**']],
];

const OPTIONS = { dot: true, nocase: true } as const;

/**
 * Makes the function that names the rule by which a path is protected from edits: the built-in list and the globs of the
 * settings. A glob without `/` is meant for any folder, one that ends with `/` for all below it.
 */
export function createProtection(globs: readonly string[] = []): (path: string) => string | undefined {
  const rules = [
    ...BUILT_IN.map(([rule, patterns]) => [rule, picomatch([...patterns], OPTIONS)] as const),
    ...globs.map((glob) => [`protected: ${glob}`, picomatch(anchored(glob), OPTIONS)] as const),
  ];
  return (path) => rules.find(([, matches]) => matches(path))?.[0];
}

function anchored(glob: string): string[] {
  const clean = glob.replace(/^\.?\//, '');
  const whole = clean.endsWith('/') ? `${clean}**` : clean;
  const isAnywhere = !clean.replace(/\/$/, '').includes('/');
  const patterns = isAnywhere ? [whole, `**/${whole}`] : [whole];
  return patterns.flatMap((pattern) => (pattern.endsWith('/**') ? [pattern] : [pattern, `${pattern}/**`]));
}
