import { isAbort, UserError, type Clock } from '../common/index.ts';
import { ModelError } from './errors.ts';
import { isAllowedAtNight, type ServerConfig } from './server-address.ts';
import { fullModelName, isCloudName } from './model-name.ts';
import { describeModel, modelsOf, versionOf, type ListedModel } from './server-inspection.ts';
import type { ModelServer, ResolvedModel } from './types.ts';

/** A server that may be asked for models. */
export interface Candidate {
  readonly server: ModelServer;
  readonly config: ServerConfig;
}

/** Why a name was not taken, for the message. */
interface Refusals {
  readonly away: string[];
  readonly remote: string[];
  readonly notAtNight: string[];
}

/**
 * The first server that has a model, for the first name that any server has. Models that run elsewhere are refused, and at
 * night servers that are neither on this machine nor in the person's settings. Throws `UserError` with the command that
 * gets the model.
 */
export async function resolveModel(
  names: readonly string[],
  candidates: readonly Candidate[],
  night: boolean,
  clock: Clock,
  signal: AbortSignal,
): Promise<ResolvedModel> {
  const refusals: Refusals = { away: [], remote: [], notAtNight: [] };
  const lists = await listAll(candidates, night, refusals, clock, signal);
  for (const name of names) {
    if (isCloudName(name)) {
      refusals.remote.push(name);
      continue;
    }
    for (const { server, version, models } of lists) {
      const model = models.find((each) => fullModelName(each.name) === fullModelName(name));
      if (model === undefined) continue;
      const described = model.remote ? undefined : await describeModel(server, model, clock, signal);
      if (described === undefined) {
        refusals.remote.push(name);
        continue;
      }
      return { server, serverVersion: version, name: model.name, digest: model.digest, ...described };
    }
  }
  throw notFound(names, candidates, refusals);
}

interface Listed {
  readonly server: ModelServer;
  readonly version: string;
  readonly models: readonly ListedModel[];
}

/** The lists of all servers that answer, in order; the others are noted. All are asked at once. */
async function listAll(
  candidates: readonly Candidate[],
  night: boolean,
  refusals: Refusals,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Listed[]> {
  const allowed = candidates.filter(({ server, config }) => {
    const ok = !night || server.kind === 'embedded' || isAllowedAtNight(config);
    if (!ok) refusals.notAtNight.push(server.url);
    return ok;
  });
  const listed = await Promise.all(
    allowed.map(async ({ server }): Promise<Listed | undefined> => {
      try {
        const version = await versionOf(server, clock, signal);
        return { server, version, models: await modelsOf(server, clock, signal) };
      } catch (error) {
        if (signal.aborted || isAbort(error) || !(error instanceof ModelError)) throw error;
        refusals.away.push(server.url);
        return undefined;
      }
    }),
  );
  return listed.filter((each) => each !== undefined);
}

function notFound(names: readonly string[], candidates: readonly Candidate[], refusals: Refusals): UserError {
  const wanted = names.length === 1 ? (names[0] ?? '') : `one of ${names.join(', ')}`;
  const reasons = [
    ...refusals.away.map((url) => `${url} does not answer`),
    ...refusals.remote.map((name) => `${name} runs on somebody else's machine and is never used`),
    ...refusals.notAtNight.map(
      (url) => `${url} is not on this machine and not in your settings, so not at night`,
    ),
  ];
  const local = names.find((name) => !isCloudName(name));
  const ollama = candidates.find(({ server }) => server.kind === 'ollama')?.server.url ?? '';
  const start = refusals.away.includes(ollama)
    ? 'Start Ollama with `ollama serve` (or set the address of yours under servers in settings.yaml)'
    : '';
  const pull =
    local === undefined ? 'Name a model that runs on your own machine' : `Get it with: ollama pull ${local}`;
  return new UserError(
    'model-missing',
    `No model server has ${wanted}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}.`,
    `${start === '' ? pull : `${start}. ${pull}`}.`,
  );
}
