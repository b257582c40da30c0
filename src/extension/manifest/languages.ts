import type { Grammar, Language } from './types.ts';

const id = 'pantheon-agent';

/**
 * Agent files below `.pantheon` are a language of their own. By its own rule for `.agent.md` the editor takes them for
 * agents of its chat, marks the key `pantheon` as a mistake and offers keys that mean nothing here. A pattern of the whole
 * path goes before an ending of the name.
 */
export const languages: readonly Language[] = [
  {
    id,
    aliases: ['Pantheon Agent'],
    filenamePatterns: ['**/.pantheon/**/*.agent.md'],
    configuration: './media/language/agent.language-configuration.json',
  },
];

/** Coloured as the Markdown that they are. */
export const grammars: readonly Grammar[] = [
  {
    language: id,
    scopeName: 'text.html.markdown.pantheon-agent',
    path: './media/language/agent.tmLanguage.json',
  },
];

/** As in the editor's own languages for prompts: text that wraps, and no words of the text offered while keys are typed. */
export const languageDefaults = {
  [`[${id}]`]: {
    'editor.insertSpaces': true,
    'editor.tabSize': 2,
    'editor.wordWrap': 'on',
    'editor.quickSuggestions': { comments: 'off', strings: 'on', other: 'on' },
    'editor.wordBasedSuggestions': 'off',
  },
} as const;
