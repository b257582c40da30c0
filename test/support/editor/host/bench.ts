/** How the editor of one spec is set up; a spec NAME.test.ts says so in NAME.bench.ts beside it. */
export interface HostBench {
  /**
   * `demo` (the default): the demo project, committed; `empty`: an empty folder without git; `none`: no folder; `nested`: the
   * demo project and, as a second folder, `inner` in it, which is a project of its own.
   */
  readonly workspace?: 'demo' | 'empty' | 'none' | 'nested';
  readonly settings?: Readonly<Record<string, unknown>>;
}
