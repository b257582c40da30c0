import { readIfThere } from './spec-files.ts';
import { UserError } from '../common/index.ts';
import { homePaths } from '../protocol/index.ts';
import { parseUserSettings, type UserSettings } from '../spec/index.ts';

/** The person's own settings; a broken file is an error at start, since "no sandbox" and server addresses come only from it. */
export function readSettings(home: string): UserSettings {
  const path = homePaths(home).settings;
  const { settings, diagnostics } = parseUserSettings(readIfThere(path) ?? '', path);
  const broken = diagnostics.find(({ severity }) => severity === 'error');
  if (broken !== undefined) {
    throw new UserError(
      'settings-broken',
      `${path}:${broken.range.start.line + 1}: ${broken.message}`,
      'Mend the file, or remove it to use the defaults.',
    );
  }
  return settings;
}
