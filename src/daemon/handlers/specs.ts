import { UserError } from '../../common/index.ts';
import { agentFigures } from '../../learn/index.ts';
import type { ModelsView } from '../../protocol/index.ts';
import { probeGit } from '../../workspace/index.ts';
import { examine, type DoctorFacts } from '../doctor.ts';
import { modelNames } from '../model-names.ts';
import type { Rooms } from '../rooms.ts';
import type { Handlers } from '../rpc-server.ts';
import { serverView } from '../server-view.ts';
import { specsView } from '../specs-view.ts';

type SpecHandlers = Pick<Handlers, 'specs' | 'models' | 'doctor' | 'trust.describe' | 'trust.grant'>;

/** Requests about what is there: agents, flows, models, the machine, trust. */
export function specHandlers(rooms: Rooms): SpecHandlers {
  return {
    specs: async ({ workspace }) => {
      const root = rooms.realRoot(workspace);
      return specsView(await rooms.specs(root), agentFigures(rooms.store, root));
    },
    models: ({ workspace }, signal) => models(rooms, workspace, signal),
    doctor: async ({ workspace }, signal) => examine(await facts(rooms, workspace, signal)),
    'trust.describe': async ({ workspace }) => {
      const root = rooms.realRoot(workspace);
      return rooms.trust.describe(root, await rooms.specs(root));
    },
    'trust.grant': async ({ workspace, hash, commandId }) => {
      const root = rooms.realRoot(workspace);
      return rooms.trust.grant(root, await rooms.specs(root), hash, commandId);
    },
  };
}

async function models(rooms: Rooms, workspace: string, signal: AbortSignal): Promise<ModelsView> {
  const [servers, choices] = await Promise.all([
    rooms.models.servers(signal, { probe: true }),
    chooseModels(rooms, workspace, signal),
  ]);
  return {
    schema: 'pantheon.models/1',
    servers: servers.map(serverView),
    models: servers.flatMap(({ server, models: found }) =>
      found.map((model) => ({
        name: model.name,
        server: server.url,
        kind: server.kind,
        digest: model.digest,
        sizeBytes: model.sizeBytes,
        usedBy: choices
          .filter(({ url, name }) => url === server.url && name === model.name)
          .map(({ agent }) => agent),
      })),
    ),
  };
}

interface Choice {
  readonly agent: string;
  readonly choice: string | UserError;
  readonly url?: string;
  readonly name?: string;
}

/** The model that each agent would use now. */
async function chooseModels(
  rooms: Rooms,
  workspace: string,
  signal: AbortSignal,
): Promise<readonly Choice[]> {
  const specs = await rooms.specs(rooms.realRoot(workspace));
  return Promise.all(
    [...specs.agents.entries()].map(async ([agent, { agent: compiled }]): Promise<Choice> => {
      const names = modelNames(compiled, specs);
      try {
        const model = await rooms.models.resolve(names, signal);
        const { url, kind } = model.server;
        const where = kind === 'embedded' ? 'the embedded server' : `Ollama at ${url}`;
        const why = isSameModel(names[0], model.name)
          ? 'its first choice'
          : `the first of ${names.join(', ')} that is installed`;
        return { agent, choice: `${model.name} on ${where} (${why})`, url, name: model.name };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { agent, choice: error };
      }
    }),
  );
}

async function facts(rooms: Rooms, workspace: string, signal: AbortSignal): Promise<DoctorFacts> {
  const root = rooms.realRoot(workspace);
  const specs = await rooms.specs(root);
  const git = await probeGit().catch((error: unknown) => {
    if (error instanceof UserError) return error;
    throw error;
  });
  return {
    version: rooms.options.build.version,
    home: rooms.options.home,
    workspace: root,
    git,
    sandbox: await rooms.sandbox(),
    servers: await rooms.models.servers(signal, { probe: true }),
    specs,
    trusted: rooms.trust.isTrusted(root, specs),
    choices: await chooseModels(rooms, workspace, signal),
    now: new Date(),
  };
}

/** Ollama writes out the tag that a name without one means. */
function isSameModel(wanted: string | undefined, found: string): boolean {
  return wanted === found || `${wanted}:latest` === found;
}
