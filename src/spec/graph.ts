/** Nodes by id with the ids they need; unknown ids are left out by the caller. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** Everything that must have ended before a node, directly or not. */
export function ancestorsOf(id: string, graph: Graph): ReadonlySet<string> {
  const found = new Set<string>();
  const pending = [...(graph.get(id) ?? [])];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    pending.push(...(graph.get(next) ?? []));
  }
  return found;
}

/** A circle of needs that goes through this node, from it back to it; the shortest one. */
export function cycleThrough(id: string, graph: Graph): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const pending = [id];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    for (const need of graph.get(next) ?? []) {
      if (need === id) return pathBack(id, next, cameFrom);
      if (cameFrom.has(need)) continue;
      cameFrom.set(need, next);
      pending.push(need);
    }
  }
  return undefined;
}

function pathBack(id: string, last: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const path = [id];
  for (let at: string | undefined = last; at !== undefined && at !== id; at = cameFrom.get(at)) path.push(at);
  return [...path, id].toReversed();
}
