import { readWindow } from './flow-file.ts';
import { parseYaml, Report } from './source.ts';
import type { Diagnostic, SpecSource, UserSettings, WorkspaceSettings } from './types.ts';
import { Value } from './value.ts';
import type { Fields } from './value.ts';

export const NO_WORKSPACE_SETTINGS: WorkspaceSettings = { models: {}, night: {}, limits: {}, protected: [] };

/** Reads `.pantheon/pantheon.yaml`. A file with errors counts as absent. */
export function readWorkspaceSettings(source: Pick<SpecSource, 'path' | 'text'>): {
  readonly settings: WorkspaceSettings;
  readonly diagnostics: readonly Diagnostic[];
} {
  const report = new Report(source);
  const fields = rootOf(report, 'The settings of a workspace');
  if (fields === undefined) return { settings: NO_WORKSPACE_SETTINGS, diagnostics: report.diagnostics };
  const models = (fields.get('models')?.map()?.entries() ?? []).map(
    ([tier, value]): [string, readonly string[]] => [
      tier,
      value.texts({ orOne: true })?.map((each) => each.looseText() ?? '') ?? [],
    ],
  );
  const night = fields.get('night')?.map();
  const window = optional('window', night, readWindow);
  const tokens = optional('tokens', night, (value) => value.count());
  night?.finish();
  const limits = fields.get('limits')?.map();
  const timeMs = optional('time', limits, (value) => value.durationMs());
  const files = optional('files', limits, (value) => value.number({ min: 1, max: 1e6 }));
  const lines = optional('lines', limits, (value) => value.number({ min: 1, max: 1e9 }));
  limits?.finish();
  const patterns =
    fields
      .get('protected')
      ?.texts({ orOne: true })
      ?.map((each) => each.looseText() ?? '') ?? [];
  fields.refuse(['servers', 'sandbox', 'effects'].filter((key) => fields.has(key)));
  fields.finish();
  const settings: WorkspaceSettings = {
    models: Object.fromEntries(models),
    night: given({ window, tokens }),
    limits: given({ timeMs, files, lines }),
    protected: patterns,
  };
  return { settings: report.hasErrors ? NO_WORKSPACE_SETTINGS : settings, diagnostics: report.diagnostics };
}

/** Reads `settings.yaml` of the person. With errors the strictest defaults are returned beside the diagnostics. */
export function parseUserSettings(
  text: string,
  path: string,
): { settings: UserSettings; diagnostics: readonly Diagnostic[] } {
  const report = new Report({ path, text });
  const fields = rootOf(report, 'The settings');
  const standard: UserSettings = { sandbox: 'auto', night: {} };
  if (fields === undefined) return { settings: standard, diagnostics: report.diagnostics };
  const servers = fields.get('servers')?.texts({ orOne: true })?.map(readServer);
  const sandboxValue = fields.get('sandbox');
  // YAML 1.2 keeps `off` a text; a person may also write false.
  const sandbox = sandboxValue === undefined ? 'auto' : (sandboxValue.oneOf(['auto', 'off']) ?? 'auto');
  const night = fields.get('night')?.map();
  const window = optional('window', night, readWindow);
  night?.finish();
  fields.refuse(['effects']);
  fields.finish();
  if (report.hasErrors) return { settings: standard, diagnostics: report.diagnostics };
  const known = servers?.filter((each) => each !== undefined);
  return {
    settings: { ...(known === undefined ? {} : { servers: known }), sandbox, night: given({ window }) },
    diagnostics: report.diagnostics,
  };
}

function readServer(value: Value): string | undefined {
  const text = value.looseText() ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
  return value.wrong(
    'wrong-value',
    `${text} is not the address of a server. Write it as http://127.0.0.1:11434.`,
  );
}

/** The keys of a settings file; an empty file has none. */
function rootOf(report: Report, name: string): Fields | undefined {
  const text = report.source.text.replace(/^\uFEFF/, '');
  const yaml = parseYaml(report, text.trim() === '' ? '{}' : text, report.source.text.length - text.length);
  if (yaml === undefined) return undefined;
  const root = new Value(yaml, yaml.document.contents as Value['node'], name, { start: 0, end: 0 });
  if (!root.isNothing) return root.map();
  const empty = parseYaml(report, '{}', 0);
  return empty === undefined
    ? undefined
    : new Value(empty, empty.document.contents as Value['node'], name, root.span).map();
}

function optional<T>(
  key: string,
  fields: Fields | undefined,
  read: (value: Value) => T | undefined,
): T | undefined {
  const value = fields?.get(key);
  return value === undefined ? undefined : read(value);
}

/** Leaves out what was not given. */
function given<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
