/** The parts of a VS Code manifest that this extension contributes, typed so that a wrong key does not compile. */

export interface CommandContribution {
  readonly command: string;
  readonly title: string;
  readonly category: 'Pantheon';
  readonly icon?: `$(${string})`;
  readonly enablement?: string;
}

/** Menus of the stable API that we use. Others would silently be missing. */
export type MenuId =
  | 'commandPalette'
  | 'view/title'
  | 'view/item/context'
  | 'scm/change/title'
  | 'editor/title'
  | 'editor/context'
  | 'comments/commentThread/title'
  | 'comments/commentThread/context'
  | 'comments/comment/title'
  | 'comments/comment/context';

export interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

export interface Keybinding {
  readonly command: string;
  readonly key: string;
  readonly mac: string;
  readonly when: string;
}

export interface ViewContribution {
  readonly id: string;
  readonly name: string;
  readonly icon: string;
  readonly contextualTitle: string;
}

export interface ViewWelcome {
  readonly view: string;
  readonly contents: string;
  readonly when?: string;
}

export interface Setting {
  readonly type: 'string' | 'boolean';
  readonly default: string | boolean;
  readonly markdownDescription: string;
  /** `machine`: the person's own, never from a workspace; `window`: a workspace may set it. */
  readonly scope: 'machine' | 'window' | 'resource';
  readonly order: number;
}

export interface WalkthroughStep {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly media: { readonly markdown: string };
  readonly completionEvents: readonly string[];
}

export interface Language {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly filenamePatterns: readonly string[];
  readonly configuration: string;
}

export interface Grammar {
  readonly language: string;
  readonly scopeName: string;
  readonly path: string;
}

export interface Contributions {
  readonly commands: readonly CommandContribution[];
  readonly menus: Readonly<Partial<Record<MenuId, readonly MenuItem[]>>>;
  readonly keybindings: readonly Keybinding[];
  readonly viewsContainers: {
    readonly activitybar: readonly { readonly id: string; readonly title: string; readonly icon: string }[];
  };
  readonly views: Readonly<Record<string, readonly ViewContribution[]>>;
  readonly viewsWelcome: readonly ViewWelcome[];
  readonly configuration: { readonly title: string; readonly properties: Readonly<Record<string, Setting>> };
  readonly languages: readonly Language[];
  readonly grammars: readonly Grammar[];
  /** Settings of the editor that differ for a language, by its id in brackets. */
  readonly configurationDefaults: Readonly<Record<`[${string}]`, Readonly<Record<string, unknown>>>>;
  readonly walkthroughs: readonly {
    readonly id: string;
    readonly title: string;
    readonly description: string;
    readonly steps: readonly WalkthroughStep[];
  }[];
}
