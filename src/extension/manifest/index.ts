import { contributedCommands } from './commands.ts';
import { grammars, languageDefaults, languages } from './languages.ts';
import { keybindings, menus } from './menus.ts';
import { withKeys } from './nls.ts';
import { settings } from './settings.ts';
import type { Contributions } from './types.ts';
import { containerId, contributedViews, viewsWelcome } from './views.ts';
import { walkthrough } from './walkthrough.ts';

/** What package.json says of the extension; `npm run manifest` writes it there. */
export function manifest() {
  return {
    categories: ['Machine Learning', 'Testing', 'Linters', 'Other'],
    keywords: ['local models', 'ollama', 'agents', 'review', 'tests'],
    icon: 'media/icon.png',
    extensionKind: ['workspace'],
    activationEvents: ['onStartupFinished'],
    l10n: './l10n',
    capabilities: {
      untrustedWorkspaces: {
        supported: 'limited',
        description: 'In Restricted Mode Pantheon shows agents, flows, runs and proposals, and runs nothing.',
      },
      virtualWorkspaces: {
        supported: false,
        description: 'Pantheon works on files on disk.',
      },
    },
    contributes: contributions(),
  } as const;
}

/** The text of package.nls.json: what the keys in package.json stand for. */
export function manifestTexts(): string {
  return `${JSON.stringify(withKeys(manifest()).texts, null, 2)}\n`;
}

export function contributions(): Contributions {
  return {
    commands: contributedCommands(),
    menus,
    keybindings,
    viewsContainers: {
      activitybar: [{ id: containerId, title: 'Pantheon', icon: 'media/container.svg' }],
    },
    views: { [containerId]: contributedViews },
    viewsWelcome,
    configuration: {
      title: 'Pantheon',
      properties: Object.fromEntries(
        Object.entries(settings).map(([name, setting]) => [`pantheon.${name}`, setting]),
      ),
    },
    languages,
    grammars,
    configurationDefaults: languageDefaults,
    walkthroughs: [walkthrough],
  };
}

/** The text of package.json with the extension's parts renewed; everything else keeps its place. */
export function withManifest(packageJson: string): string {
  const parts = withKeys(manifest()).value as Record<string, unknown>;
  const before = JSON.parse(packageJson) as Record<string, unknown>;
  const kept = Object.entries(before).filter(([key]) => !(key in parts));
  const at = kept.findIndex(([key]) => key === 'main') + 1;
  const renewed = [...kept.slice(0, at), ...Object.entries(parts), ...kept.slice(at)];
  return `${JSON.stringify(Object.fromEntries(renewed), null, 2)}\n`;
}
