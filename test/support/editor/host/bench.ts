/** How the editor of one spec is set up; a spec NAME.test.ts says so in NAME.bench.ts beside it. */
export interface HostBench {
  /** `demo` (the default): the demo project, committed; `empty`: an empty folder without git; `none`: no folder. */
  readonly workspace?: 'demo' | 'empty' | 'none';
  readonly settings?: Readonly<Record<string, unknown>>;
}
