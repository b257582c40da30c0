import type { CompiledAgent, CompiledFlow } from '../flow/index.ts';

/** 0-based, in UTF-16 code units, as editors count. */
export interface Position {
  readonly line: number;
  readonly character: number;
}
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** One remark about a file that a person wrote. `code` is listed in docs/diagnostics.md. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** Says what is wrong and what to do. */
  readonly message: string;
  readonly path: string;
  readonly range: Range;
  readonly fix?: { readonly title: string; readonly range: Range; readonly newText: string };
}

/** Where a file came from; nearest wins in this order. */
export type Origin = 'workspace' | 'user' | 'bundled';

/** One file handed to the loader. `path` is absolute with `/`; `root` is the folder that holds `agents/` and `flows/`. */
export interface SpecSource {
  readonly path: string;
  readonly root: string;
  readonly origin: Origin;
  readonly text: string;
  /** Why the file could not be read, if so. */
  readonly unreadable?: string;
}

export interface LoadedAgent {
  readonly agent: CompiledAgent;
  readonly origin: Origin;
  readonly path: string;
}

export interface LoadedFlow {
  readonly flow: CompiledFlow;
  readonly origin: Origin;
  readonly path: string;
  /** Folder of the flow file (`PANTHEON_FLOW_DIR`). */
  readonly dir: string;
  readonly on: {
    readonly command: boolean;
    readonly schedule?: { readonly cron: string; readonly window?: string };
  };
  /** Every command the flow can run, for trust, as written. */
  readonly commands: readonly (readonly string[])[];
}

/** Settings of `.pantheon/pantheon.yaml` that narrow the person's own. */
export interface WorkspaceSettings {
  readonly models: Readonly<Record<string, readonly string[]>>;
  readonly night: { readonly window?: string; readonly tokens?: number };
  readonly limits: { readonly timeMs?: number; readonly files?: number; readonly lines?: number };
  readonly protected: readonly string[];
}

/** Settings of `PANTHEON_HOME/settings.yaml`, the person's own. */
export interface UserSettings {
  readonly servers?: readonly string[];
  readonly sandbox: 'auto' | 'off';
  readonly night: { readonly window?: string };
}

/** What all files together mean. A file with errors contributes diagnostics only and never breaks the others. */
export interface SpecSet {
  /** By the name used after `agents/`. */
  readonly agents: ReadonlyMap<string, LoadedAgent>;
  /** By the flow's name. */
  readonly flows: ReadonlyMap<string, LoadedFlow>;
  readonly settings: WorkspaceSettings;
  readonly diagnostics: readonly Diagnostic[];
}

// Pure entry points of this room (src/spec/index.ts):
//   loadSpecs(sources: readonly SpecSource[], lookup: SpecLookup): SpecSet
//   checkAgentFile(source, lookup) / checkFlowFile(source, lookup, set): readonly Diagnostic[]   // while typing
//   parseUserSettings(text, path): { settings: UserSettings; diagnostics: readonly Diagnostic[] }
//   flowOfAgent(agent: LoadedAgent): CompiledFlow     // an agent alone is a flow of one node whose outputs propose its edit or findings
//   completionsAt(source, position, set), lensesOf(source)   // for editors

/** What the loader may ask for beyond the given texts: files that a spec refers to (schemas). */
export interface SpecLookup {
  /** Text of a file, absolute path with `/`; `undefined` if it does not exist. */
  read(path: string): string | undefined;
}
