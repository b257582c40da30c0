/** Properties of the manifest that people read. */
const read = new Set(['title', 'name', 'contextualTitle', 'contents', 'description', 'markdownDescription']);
/** Names itself in every language. */
const product = 'Pantheon';

/** A manifest with `%key%` where a text was, and the texts by their keys, as VS Code wants them in package.nls.json. */
export interface Keyed {
  readonly value: unknown;
  readonly texts: Readonly<Record<string, string>>;
}

/** Keys are the way to a text: `commands.runAgent.title`, `viewsWelcome.inbox.2.contents`. */
export function withKeys(manifest: unknown): Keyed {
  const texts: Record<string, string> = {};
  const visit = (value: unknown, way: readonly string[]): unknown => {
    if (Array.isArray(value)) {
      const names = namesOf(value);
      return value.map((one, at) => visit(one, [...way, names[at] ?? String(at)]));
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [
          key,
          visit(one, [...way, key.replace(/^pantheon\./, '')]),
        ]),
      );
    }
    if (typeof value !== 'string' || value === product || !read.has(way.at(-1) ?? '')) return value;
    const key = way.filter((part) => part !== 'contributes').join('.');
    texts[key] = value;
    return `%${key}%`;
  };
  return { value: visit(manifest, []), texts };
}

/** What tells the elements of a list apart: their id, else the id that several share with a number. */
function namesOf(list: readonly unknown[]): readonly string[] {
  const ids = list.map((one) => {
    if (typeof one !== 'object' || one === null) return '';
    const { command, id, view } = one as { command?: string; id?: string; view?: string };
    return (command ?? id ?? view ?? '').replace(/^pantheon\./, '');
  });
  const seen = new Map<string, number>();
  return ids.map((id, at) => {
    if (id === '') return String(at);
    if (ids.indexOf(id) === ids.lastIndexOf(id)) return id;
    const n = seen.get(id) ?? 0;
    seen.set(id, n + 1);
    return `${id}.${n}`;
  });
}
