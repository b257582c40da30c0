import { UserError } from '../common/index.ts';
import type { Command } from '../flow/index.ts';
import type { ReadyCommand } from './types.ts';

/**
 * Puts variables into a command: an entry `$NAME` becomes the variable's value, as one argument whatever is in it;
 * `$NAME/rest` puts the value before the rest. Nothing else is special: no shell reads it.
 * @throws UserError `variable-not-set`.
 */
export function readyCommand(command: Command, env: Readonly<Record<string, string>>): ReadyCommand {
  if (command.shell !== undefined) return { argv: ['bash', '-euo', 'pipefail', '-c', command.shell], env };
  return { argv: command.argv.map((entry) => substituted(entry, env)), env };
}

function substituted(entry: string, env: Readonly<Record<string, string>>): string {
  const match = /^\$([A-Za-z_][A-Za-z0-9_]*)(\/.*)?$/s.exec(entry);
  if (match?.[1] === undefined) return entry;
  const value = env[match[1]];
  if (value === undefined) {
    throw new UserError(
      'variable-not-set',
      `The command uses ${entry}, but no variable ${match[1]} is set.`,
      `Set ${match[1]} under env of this node.`,
      { exitCode: 2 },
    );
  }
  return value + (match[2] ?? '');
}
