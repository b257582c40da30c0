import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the settings of the bench, with `more` besides, into each of the folders. */
export function writeSettings(
  folders: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): void {
  const settings = {
    'security.workspace.trust.enabled': false,
    'chat.disableAIFeatures': true,
    'workbench.startupEditor': 'none',
    'telemetry.telemetryLevel': 'off',
    'update.mode': 'none',
    'extensions.autoCheckUpdates': false,
    'git.openRepositoryInParentFolders': 'never',
    'workbench.tips.enabled': false,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'workbench.reduceMotion': 'on',
    'window.autoDetectColorScheme': true,
    'workbench.preferredDarkColorTheme': 'Dark 2026',
    'workbench.preferredLightColorTheme': 'Light 2026',
    ...more,
  };
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings, null, 2));
  }
}
