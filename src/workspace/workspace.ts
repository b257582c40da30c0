import path from 'node:path';

import { Disposables } from '../common/index.ts';
import { runCheck } from './checks/check.ts';
import { CheckoutPool } from './checkouts/pool.ts';
import type { Provision } from './checkouts/slot.ts';
import { runCommand, type CommandPlace } from './commands/run-command.ts';
import { probeSandbox } from './commands/sandbox.ts';
import { pathWithNode } from './commands/tools.ts';
import { realFolder, workspaceId } from './identity.ts';
import { Keeper } from './keeper/client.ts';
import { createProtection } from './protected.ts';
import { probeGit } from './trees/git.ts';
import { listDependencyFolders } from './trees/listing.ts';
import { openPrivateRepository } from './trees/private-repository.ts';
import { PrivateTrees } from './trees/trees.ts';
import type { Workspace, WorkspaceOptions } from './types.ts';

/** What all that have one workspace open at the same time share: one index, one pool of checkouts. */
interface Shared {
  readonly trees: PrivateTrees;
  readonly pool: CheckoutPool;
  readonly owned: Disposables;
}

interface OpenShared {
  readonly opening: Promise<Shared>;
  users: number;
  /** Settles when the last user has left and everything is put away. */
  closed: Promise<void> | undefined;
}

/** One process owns a home (the data lock says so), so this is all there is. By private folder. */
const openFolders = new Map<string, OpenShared>();

/**
 * Opens a workspace: its private repository, its checkouts, the keeper of its commands. Whoever opens it disposes it; a
 * workspace that is open twice is one underneath. Throws `UserError` `git-missing` without a usable git.
 */
export async function openWorkspace(options: WorkspaceOptions, signal: AbortSignal): Promise<Workspace> {
  signal.throwIfAborted();
  await probeGit(signal);
  const root = realFolder(options.root);
  const home = realFolder(options.home);
  const id = workspaceId(root);
  const owned = new Disposables();
  try {
    const shared = await share(`${home}\0${id}`, () => openShared(home, root, id, signal), owned);
    const keeper = owned.add(new Keeper(options.keeper, home));
    const sandboxNote = await whyNoSandbox(options.sandbox);
    const place: CommandPlace = {
      keeper,
      home,
      root,
      searchPath: await pathWithNode(options.path, options.keeper.node, path.join(home, 'runtime', 'node')),
      node: options.keeper.node,
      sandboxNote,
    };
    return assemble(id, shared, place, createProtection(options.protectedGlobs), owned);
  } catch (error) {
    await owned.dispose();
    throw error;
  }
}

function assemble(
  id: string,
  shared: Shared,
  place: CommandPlace,
  protectedBy: (path: string) => string | undefined,
  owned: Disposables,
): Workspace {
  const provision: Provision = place.sandboxNote === undefined ? 'bind' : 'copy';
  const { trees, pool } = shared;
  return {
    id,
    root: place.root,
    trees,
    checkouts: {
      acquire: (tree, signal) => pool.acquire(tree, provision, signal),
      dispose: () => {},
    },
    exec: (checkout, request, signal) => runCommand(place, pool.slotOf(checkout), request, signal),
    check: (checkout, request, signal) => runCheck(place, pool.slotOf(checkout), request, signal),
    protectedBy,
    dispose: () => owned.dispose(),
  };
}

async function openShared(home: string, root: string, id: string, signal: AbortSignal): Promise<Shared> {
  const owned = new Disposables();
  try {
    const repository = await openPrivateRepository(path.join(home, 'repos', id), root, signal);
    const trees = owned.add(new PrivateTrees(repository, root, home));
    const pool = owned.add(
      new CheckoutPool(path.join(home, 'checkouts', id), root, repository, (listSignal) =>
        listDependencyFolders(root, repository, listSignal),
      ),
    );
    await pool.open();
    return { trees, pool, owned };
  } catch (error) {
    await owned.dispose();
    throw error;
  }
}

/** Opens what is shared, or joins those who have it open; `owned` gets the duty to leave it. */
async function share(key: string, open: () => Promise<Shared>, owned: Disposables): Promise<Shared> {
  let entry = openFolders.get(key);
  while (entry?.closed !== undefined) {
    await entry.closed;
    entry = openFolders.get(key);
  }
  if (entry === undefined) {
    entry = { opening: open(), users: 0, closed: undefined };
    openFolders.set(key, entry);
  }
  const joined = entry;
  joined.users += 1;
  owned.defer(async () => {
    joined.users -= 1;
    if (joined.users > 0) return;
    joined.closed = close(key, joined.opening);
    await joined.closed;
  });
  return joined.opening;
}

async function close(key: string, opening: Promise<Shared>): Promise<void> {
  try {
    const shared = await opening.catch(() => undefined);
    await shared?.owned.dispose();
  } finally {
    openFolders.delete(key);
  }
}

async function whyNoSandbox(wish: 'auto' | 'off'): Promise<string | undefined> {
  if (wish === 'off') return 'the settings turn the sandbox off';
  const probe = await probeSandbox();
  return probe.available ? undefined : (probe.note ?? 'there is no sandbox');
}
