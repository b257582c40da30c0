import { UserError, type Json } from '../../common/index.ts';
import { tryAgent } from '../../nodes/index.ts';
import type { ParamsOf, TryView } from '../../protocol/index.ts';
import { modelNames } from '../model-names.ts';
import type { Rooms } from '../rooms.ts';

/** Calls an agent once on a workspace's files as they are. */
export async function tryHere(rooms: Rooms, params: ParamsOf<'try'>, signal: AbortSignal): Promise<TryView> {
  const root = rooms.realRoot(params.workspace);
  const specs = await rooms.specs(root);
  const found = specs.agents.get(params.agent);
  if (found === undefined) {
    throw new UserError(
      'no-such-agent',
      `There is no agent ${params.agent}.`,
      `Agents here: ${[...specs.agents.keys()].join(', ')}.`,
      { exitCode: 2 },
    );
  }
  const names = params.model === undefined ? modelNames(found.agent, specs) : [params.model];
  const model = await rooms.models.resolve(names, signal);
  const workspace = await rooms.openWorkspace(root, {}, signal);
  try {
    const inputs = params.inputs as Readonly<Record<string, Json>>;
    return await tryAgent({ agent: found.agent, model, inputs, workspace, models: rooms.models }, signal);
  } finally {
    await workspace.dispose();
  }
}
