import type { SpecSet } from '../spec/index.ts';

/** The models of an agent in its order of preference, tiers replaced by what the workspace's settings name. */
export function modelNames(
  agent: { readonly models: readonly string[] },
  { settings }: SpecSet,
): readonly string[] {
  return agent.models.flatMap((name) => settings.models[name] ?? [name]);
}
