import type { ServerStatus } from '../models/index.ts';
import type { ServerView } from '../protocol/index.ts';

/** A model server for clients. */
export function serverView(status: ServerStatus): ServerView {
  return {
    url: status.server.url,
    kind: status.server.kind,
    version: status.version,
    models: status.models.map(({ name }) => name),
    ...(status.problem === undefined ? {} : { problem: status.problem }),
  };
}
