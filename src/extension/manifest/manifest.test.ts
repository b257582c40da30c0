import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { commandId, commandNames, commands, isInPalette } from './commands.ts';
import { contexts, milestones, rows } from './contexts.ts';
import { contributions, manifest, manifestTexts, withManifest } from './index.ts';
import { withKeys } from './nls.ts';
import { views } from './views.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const packageJson = readFileSync(join(root, 'package.json'), 'utf8');
const all = contributions();

/** Commands and context keys that VS Code itself has. */
const builtInCommands = ['vscode.openFolder', 'workbench.action.openWalkthrough', 'workbench.trust.manage'];
const builtInKeys = [
  'view',
  'viewItem',
  'focusedView',
  'listFocus',
  'inputFocus',
  'editorTextFocus',
  'resourceScheme',
  'originalResourceScheme',
  'resourceFilename',
  'commentController',
  'commentThread',
  'commentThreadIsEmpty',
  'commentIsEmpty',
  'workspaceFolderCount',
  'isWorkspaceTrusted',
];

/** Every when-clause with the place it stands in. */
function whenClauses(): { readonly place: string; readonly when: string }[] {
  const menus = Object.entries(all.menus).flatMap(([menu, items]) =>
    items.map(({ command, when }) => ({ place: `${menu} ${command}`, when })),
  );
  const keys = all.keybindings.map(({ key, when }) => ({ place: key, when }));
  const welcome = all.viewsWelcome.map(({ view, when }) => ({ place: view, when }));
  return [...menus, ...keys, ...welcome].flatMap(({ place, when }) =>
    when === undefined ? [] : [{ place, when }],
  );
}

/** Splits a when-clause into its keys, after its regular expressions and operands were taken out. */
function keysOf(when: string): string[] {
  const parts = when.replaceAll(/=~ \/(?:[^/\\]|\\.)*\//g, '').split(/&&|\|\|/);
  return parts
    .map(
      (part) =>
        part
          .replaceAll(/[()!]/g, ' ')
          .trim()
          .split(/\s*(?:==|=|>|<|\s)\s*/)[0] ?? '',
    )
    .filter((key) => key !== '' && key !== 'false' && key !== 'true');
}

/** Names in `contexts` that the code sets, and milestones that it reaches. */
function contextsInCode(): { readonly set: ReadonlySet<string>; readonly reached: ReadonlySet<string> } {
  const folder = join(root, 'src', 'extension');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(folder, path), 'utf8'))
    .join('\n');
  const names = [...sources.matchAll(/'setContext',\s*contexts(?:\.(\w+)|\[(milestone)\])/g)];
  return {
    set: new Set(names.flatMap(([, name, all]) => (all === undefined ? (name ?? '') : [...milestones]))),
    reached: new Set([...sources.matchAll(/\breach\('(\w+)'\)/g)].map(([, name]) => name ?? '')),
  };
}

describe('manifest', () => {
  it('is what the types say: `npm run manifest` renews it', () => {
    assert.equal(packageJson, withManifest(packageJson));
    assert.equal(readFileSync(join(root, 'package.nls.json'), 'utf8'), manifestTexts());
  });

  it('has each text for people in package.nls.json, and each of those in package.json', () => {
    const { value, texts } = withKeys(manifest());
    const keys = [...JSON.stringify(value).matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key ?? '');
    assert.deepEqual(keys.toSorted(), Object.keys(texts).toSorted());
    assert.equal(new Set(keys).size, keys.length);
    const left = [...JSON.stringify(value).matchAll(/"([^"]*[a-z]{2} [a-z]{2}[^"]*)"/g)].map(
      ([, text]) => text,
    );
    const conditions = left.filter((text) => !/ (==|&&|=~|!=) |^ctrl\+|^cmd\+/.test(text ?? ''));
    assert.deepEqual(
      conditions,
      manifest().keywords.filter((word) => word.includes(' ')),
    );
  });

  it('names only commands that exist, in menus, keys, welcome texts and the walkthrough', () => {
    const ids = new Set(commandNames.map(commandId));
    const inMenus = Object.values(all.menus).flatMap((items) => items.map(({ command }) => command));
    const inKeys = all.keybindings.map(({ command }) => command);
    const texts = [
      ...all.viewsWelcome.map(({ contents }) => contents),
      ...all.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description)),
    ];
    const inTexts = texts.flatMap((text) =>
      [...text.matchAll(/\(command:([^)?]+)/g)].map(([, id]) => id ?? ''),
    );
    for (const id of [...inMenus, ...inKeys, ...inTexts]) {
      assert.ok(ids.has(id) || builtInCommands.includes(id), `no command ${id}`);
    }
  });

  it('lets every command be reached: from the palette, or from a row or an editor', () => {
    const elsewhere = new Set(
      Object.entries(all.menus)
        .filter(([menu]) => menu !== 'commandPalette')
        .flatMap(([, items]) => items.map(({ command }) => command)),
    );
    // The rows of a hunk and of a remark open them by a click.
    elsewhere.add(commandId('showHunk'));
    elsewhere.add(commandId('thread.show'));
    for (const name of commandNames) {
      assert.ok(isInPalette(name) || elsewhere.has(commandId(name)), `${name} cannot be reached`);
      assert.notEqual(commands[name].title, '');
    }
  });

  it('uses only context keys that VS Code or the extension sets', () => {
    const known = new Set<string>([...builtInKeys, ...Object.values(contexts)]);
    for (const { place, when } of whenClauses()) {
      for (const key of keysOf(when)) assert.ok(known.has(key), `${place}: unknown key ${key}`);
    }
  });

  it('sets every context key of its own that anything depends on, and depends on every one that it sets', () => {
    const { set, reached } = contextsInCode();
    const used = [
      ...whenClauses().flatMap(({ when }) => keysOf(when)),
      ...all.walkthroughs.flatMap(({ steps }) => steps).flatMap(({ completionEvents }) => completionEvents),
    ].map((key) => key.replace(/^onContext:/, ''));
    for (const [name, key] of Object.entries(contexts)) {
      assert.ok(set.has(name), `${key} is set nowhere`);
      assert.ok(used.includes(key), `nothing depends on ${key}`);
    }
    for (const milestone of milestones) assert.ok(reached.has(milestone), `${milestone} is never reached`);
  });

  it('completes steps only by commands, views and context keys that exist', () => {
    const known: Readonly<Record<string, ReadonlySet<string>>> = {
      onCommand: new Set(commandNames.map(commandId)),
      onView: new Set(Object.values(views)),
      onContext: new Set(Object.values(contexts)),
    };
    for (const { id, completionEvents } of all.walkthroughs.flatMap(({ steps }) => steps)) {
      assert.ok(completionEvents.length > 0, `${id} is never complete`);
      for (const event of completionEvents) {
        const [kind = '', what = ''] = event.split(':');
        assert.ok(known[kind]?.has(what), `${id}: ${event}`);
      }
    }
  });

  it('compares views and rows only with those that exist', () => {
    const ids = new Set<string>(Object.values(views));
    const kinds = new Set<string>(Object.values(rows));
    for (const { place, when } of whenClauses()) {
      for (const [, id] of when.matchAll(/(?:view|focusedView) == (\S+)/g))
        assert.ok(ids.has(id ?? ''), place);
      for (const [, kind] of when.matchAll(/viewItem == (\S+)/g)) assert.ok(kinds.has(kind ?? ''), place);
      for (const [, alternatives] of when.matchAll(/viewItem =~ \/\^\(([^)]*)\)/g)) {
        for (const kind of (alternatives ?? '').split('|')) assert.ok(kinds.has(kind), `${place}: ${kind}`);
      }
    }
    for (const { view } of all.viewsWelcome) assert.ok(ids.has(view), view);
    for (const id of ids)
      assert.ok(
        all.viewsWelcome.some(({ view }) => view === id),
        `no welcome for ${id}`,
      );
  });

  it('has a file for every icon, step of the walkthrough, language and grammar', () => {
    const files = [
      manifest().icon,
      ...all.viewsContainers.activitybar.map(({ icon }) => icon),
      ...Object.values(all.views).flatMap((list) => list.map(({ icon }) => icon)),
      ...all.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
      ...all.languages.map(({ configuration }) => configuration),
      ...all.grammars.map(({ path }) => path),
    ];
    for (const file of files) assert.ok(existsSync(join(root, file)), `no file ${file}`);
  });

  it('completes each of the five steps by a milestone of its own', () => {
    const steps = all.walkthroughs.flatMap(({ steps: list }) => list);
    assert.equal(steps.length, 5);
    assert.deepEqual(
      steps.map(({ completionEvents }) => completionEvents),
      milestones.map((milestone) => [`onContext:${contexts[milestone]}`]),
    );
  });

  it('describes every setting, ends each description as a sentence, and keeps the data folder out of workspaces', () => {
    for (const [name, setting] of Object.entries(all.configuration.properties)) {
      assert.match(setting.markdownDescription, /\.$/, name);
    }
    assert.equal(all.configuration.properties['pantheon.home']?.scope, 'machine');
  });

  it('runs beside the files and stays useful in Restricted Mode', () => {
    assert.deepEqual(manifest().extensionKind, ['workspace']);
    assert.equal(manifest().capabilities.untrustedWorkspaces.supported, 'limited');
  });
});
