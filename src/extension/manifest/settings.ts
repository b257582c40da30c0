import type { Setting } from './types.ts';

/** Settings by name without the prefix `pantheon.`. */
export const settings = {
  home: {
    type: 'string',
    default: '',
    scope: 'machine',
    order: 1,
    markdownDescription:
      'Folder of all of Pantheon’s data. Empty: the variable `PANTHEON_HOME`, else `~/.pantheon` (on Windows `%LOCALAPPDATA%\\pantheon`). Takes effect when the window is reloaded.',
  },
  nightNotification: {
    type: 'boolean',
    default: true,
    scope: 'machine',
    order: 2,
    markdownDescription: 'Say once, after a night in which something ran, how it went.',
  },
  statusBar: {
    type: 'boolean',
    default: true,
    scope: 'machine',
    order: 3,
    markdownDescription: 'Show in the status bar what runs and how much waits for a decision.',
  },
  codeLens: {
    type: 'boolean',
    default: true,
    scope: 'window',
    order: 4,
    markdownDescription: 'Show *Run* and *Queue for tonight* above agents and flows.',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;
