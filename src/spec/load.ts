import { agentNameOf, readAgentFile } from './agent.ts';
import type { AgentLookup } from './agent-lookup.ts';
import { flowNameOf, readFlowFile } from './flow-file.ts';
import { NO_WORKSPACE_SETTINGS, readWorkspaceSettings } from './settings.ts';
import type {
  Diagnostic,
  LoadedAgent,
  LoadedFlow,
  Origin,
  SpecLookup,
  SpecSet,
  SpecSource,
} from './types.ts';

const NEAREST_FIRST: readonly Origin[] = ['workspace', 'user', 'bundled'];

/**
 * Reads and compiles everything a workspace may run. Per name the nearest file counts; if that one has errors, the name
 * is not available and farther files do not take its place. Never throws for any text.
 */
export function loadSpecs(sources: readonly SpecSource[], lookup: SpecLookup): SpecSet {
  const ordered = NEAREST_FIRST.flatMap((origin) => sources.filter((source) => source.origin === origin));
  const agents = loadAgents(
    ordered.filter(({ path }) => path.endsWith('.agent.md')),
    lookup,
  );
  const flows = loadFlows(
    ordered.filter(({ path }) => /\.flow\.ya?ml$/.test(path)),
    lookup,
    agents.lookup,
  );
  const settingsFile = ordered.find(
    ({ path, origin }) => origin === 'workspace' && path.endsWith('/pantheon.yaml'),
  );
  const settings =
    settingsFile === undefined
      ? undefined
      : settingsFile.unreadable === undefined
        ? readWorkspaceSettings(settingsFile)
        : { settings: NO_WORKSPACE_SETTINGS, ...unread(settingsFile) };
  return {
    agents: agents.loaded,
    flows: flows.loaded,
    settings: settings?.settings ?? NO_WORKSPACE_SETTINGS,
    diagnostics: [...agents.diagnostics, ...flows.diagnostics, ...(settings?.diagnostics ?? [])],
  };
}

interface LoadedAgents {
  readonly loaded: ReadonlyMap<string, LoadedAgent>;
  readonly lookup: AgentLookup;
  readonly diagnostics: readonly Diagnostic[];
}

function loadAgents(sources: readonly SpecSource[], lookup: SpecLookup): LoadedAgents {
  const loaded = new Map<string, LoadedAgent>();
  const broken = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, SpecSource>();
  for (const source of sources) {
    const name = agentNameOf(source.path);
    const file = source.unreadable === undefined ? readAgentFile(source, lookup) : unread(source);
    diagnostics.push(...file.diagnostics);
    const nearer = seen.get(name);
    if (nearer !== undefined) {
      if (nearer.origin === source.origin) diagnostics.push(duplicate(source, `agents/${name}`, nearer.path));
      continue;
    }
    seen.set(name, source);
    if (file.agent === undefined) broken.set(name, source.path);
    else loaded.set(name, { agent: file.agent, origin: source.origin, path: source.path });
  }
  const agents = new Map([...loaded].map(([name, { agent }]) => [name, agent]));
  return { loaded, lookup: { agents, broken }, diagnostics };
}

function loadFlows(
  sources: readonly SpecSource[],
  lookup: SpecLookup,
  agents: AgentLookup,
): { readonly loaded: ReadonlyMap<string, LoadedFlow>; readonly diagnostics: readonly Diagnostic[] } {
  const loaded = new Map<string, LoadedFlow>();
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, SpecSource>();
  for (const source of sources) {
    const file =
      source.unreadable === undefined
        ? readFlowFile(source, lookup, agents)
        : { name: flowNameOf(source.path), ...unread(source) };
    diagnostics.push(...file.diagnostics);
    const nearer = seen.get(file.name);
    if (nearer !== undefined) {
      if (nearer.origin === source.origin)
        diagnostics.push(duplicate(source, `flow ${file.name}`, nearer.path));
      continue;
    }
    seen.set(file.name, source);
    if (file.flow !== undefined) loaded.set(file.name, file.flow);
  }
  return { loaded, diagnostics };
}

interface Unread {
  readonly diagnostics: readonly Diagnostic[];
  readonly agent?: undefined;
  readonly flow?: undefined;
}

function unread({ path, unreadable }: SpecSource): Unread {
  const start = { line: 0, character: 0 };
  const message = `The file cannot be read: ${unreadable ?? ''}. Mend that, or remove the file.`;
  return {
    diagnostics: [
      { code: 'file-unreadable', severity: 'error', message, path, range: { start, end: start } },
    ],
  };
}

function duplicate({ path }: SpecSource, what: string, first: string): Diagnostic {
  const start = { line: 0, character: 0 };
  return {
    code: 'duplicate-name',
    severity: 'error',
    message: `${what} is already defined by ${first}. Rename one of them.`,
    path,
    range: { start, end: start },
  };
}

/** What is wrong with an agent file, while it is being written. */
export function checkAgentFile(source: SpecSource, lookup: SpecLookup): readonly Diagnostic[] {
  return readAgentFile(source, lookup).diagnostics;
}

/** What is wrong with a flow file, while it is being written; `set` has the agents it may use. */
export function checkFlowFile(
  source: SpecSource,
  lookup: SpecLookup,
  set: Pick<SpecSet, 'agents' | 'diagnostics'>,
): readonly Diagnostic[] {
  return readFlowFile(source, lookup, agentLookupOf(set)).diagnostics;
}

function agentLookupOf(set: Pick<SpecSet, 'agents' | 'diagnostics'>): AgentLookup {
  const agents = new Map([...set.agents].map(([name, { agent }]) => [name, agent]));
  const broken = set.diagnostics
    .filter(({ path, severity }) => severity === 'error' && path.endsWith('.agent.md'))
    .map(({ path }): [string, string] => [agentNameOf(path), path])
    .filter(([name]) => !agents.has(name));
  return { agents, broken: new Map(broken) };
}
