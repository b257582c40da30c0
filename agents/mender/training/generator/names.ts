import type { Node } from '@babel/types';
import type { Random } from './random.ts';
import { type Fields, walk } from './syntax.ts';

/** Names that mean the same: a shape's own name may be written as another of its group. */
const GROUPS: readonly string[] = [
  'total sum acc result amount tally running subtotal',
  'items xs values list entries rows array data things elements numbers',
  'i index pos k n at idx j',
  'x item value entry element v it each current',
  'out result kept list found collected output res picked',
  'text str input line s source content string',
  'word token part piece term chunk name',
  'limit max threshold bound ceiling most',
  'min least floor lowest',
  'key id name code tag label',
  'count counter hits seen n matches number',
  'left a first l one',
  'right b second r two',
  'low lo from bottom',
  'high hi to top',
  'start from begin first',
  'end to stop until last',
  'prev previous last before old',
  'next following after upcoming',
  'best top leader winner champion',
  'char c letter ch mark symbol',
  'map lookup table index dict',
  'set seen known visited unique',
  'row line record',
  'col column field',
  'node tree root current',
  'width w cols',
  'height h rows',
  'target wanted needle goal',
  'step stride by jump',
  'size length len',
  'rate factor ratio',
  'test predicate matches accept check',
  'fn work transform apply convert',
  'obj object record source',
  'user person member owner',
  'order cart basket',
  'price cost charge',
  'message note info',
  'lists groups sets',
  'load fetchOne getItem read',
  'config options settings opts',
  'pair entry kv',
  'digit d figure',
];
const SYNONYMS = new Map<string, string[]>();
for (const group of GROUPS)
  for (const name of group.split(' '))
    SYNONYMS.set(name, [...(SYNONYMS.get(name) ?? []), ...group.split(' ')]);

const NOUNS =
  'account age angle area badge ball bank bar base bell bin bird block board boat body bolt book box branch bread brick bucket budget cabin cable cake camera card cell chair city class client clock cloud coin color corner course crew crop cup cycle day deck depth desk door draft drive event face farm file film fish flag flow food form frame game gate gear glass goal grade grain grid guest hand hat heat hill home hour house image iron job jar key kite lake lamp land leaf lens level light link load lock log loop mail mark meal mile mill mind mode month moon motor mouse name nest net night node note oil page pair paint panel paper park path peak pen phase photo pipe plan plant plate play point pool port post pot power queue quote race rain rank record region ride ring river road rock role roof room root rope route rule sale sand scale scene school screen seat seed shape shelf ship shop side sign skill slot snow song sound space speed spot staff stage stamp star stock stone store storm street string table task team tent ticket tide tile time tool tower town track trade trail train tree trip truck unit vault view vote wage wall water wave week wheel wind wing wire wood yard year zone'.split(
    ' ',
  );
const VERBS =
  'get make find build read take compute list collect check pick to from do run apply handle update resolve'.split(
    ' ',
  );
const ADJECTIVES =
  'big cold dark early extra fast final flat free fresh full hidden inner large late live local long main new odd old open outer plain prime public quick raw rich safe shared sharp short single slow small soft spare total valid warm wide young'.split(
    ' ',
  );
const FIELDS: Readonly<Record<string, string>> = {
  N1: 'price age score total amount balance weight points salary cost rank height length stock votes distance level depth likes speed value',
  N2: 'quantity count size duration hours units copies days weight width pages rating seats minutes year',
  S1: 'name id key city type status category color owner code team role author kind label country brand',
  S2: 'title text label email note body description path address comment message',
  B1: 'active done paid open visible enabled valid ready locked admin hidden checked sold public',
  L1: 'scores marks sizes prices parts values ratings steps readings grades',
  N3: 'total count sum size used current balance position index hits level tally cursor step offset last',
  N4: 'limit max capacity most bound threshold cap maxSize interval budget',
  L3: 'items queue stack values history buffer list pending heap log samples readings moves',
  P3: 'names lines words tags messages keys labels tokens parts notes',
  M1: 'entries cache map index known store table lookup byName scores',
  D1: 'counts totals points stock amounts votes weights sums',
  Q1: 'seen members selected active chosen visited used blocked',
  B2: 'open running locked closed started enabled full ready paused stopped',
  S3: 'state status mode phase',
};

export type Naming = { readonly fields: ReadonlyMap<string, string>; readonly name: string };

/** Field names for the records and objects of one sample: N1, S1, … each become a word. */
export function fieldNames(random: Random): Map<string, string> {
  const chosen = new Map<string, string>();
  for (const [slot, words] of Object.entries(FIELDS)) {
    const free = words.split(' ').filter((word) => ![...chosen.values()].includes(word));
    chosen.set(
      slot,
      random.chance(0.12) ? `${random.pick(ADJECTIVES)}${capital(random.pick(NOUNS))}` : random.pick(free),
    );
  }
  return chosen;
}

export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** A name out of nothing: nouns, two words, syllables or a letter. */
export function freshName(random: Random): string {
  const draw = random.next();
  if (draw < 0.45) return random.pick(NOUNS);
  if (draw < 0.65) return random.pick(ADJECTIVES) + capital(random.pick(NOUNS));
  if (draw < 0.75) return random.pick(NOUNS) + capital(random.pick(NOUNS));
  if (draw < 0.87) return 'abcdefghkmnpqrstuvwxyz'.charAt(random.int(0, 21));
  return Array.from({ length: random.int(1, 3) }, () =>
    random.pick('ba ke li mo nu ra se ti vo zu dra fel gri pon qua sta'.split(' ')),
  ).join('');
}

/** Renames what the function declares, consistently; names that stand for object keys too stay. */
export function renameAll(fn: Node, random: Random): void {
  const declared = new Set<string>();
  const fixed = new Set<string>(['undefined', 'Infinity']);
  const places: (Node & { name: string })[] = [];
  const all = new Set<string>();
  walk(fn, (node, parent, field) => {
    if (node.type !== 'Identifier' || parent === undefined) return;
    all.add(node.name);
    const isKey =
      (/^ObjectProperty|ObjectMethod/.test(parent.type) &&
        field === 'key' &&
        (parent as unknown as Fields)['computed'] !== true) ||
      (/Member/.test(parent.type) &&
        field === 'property' &&
        (parent as unknown as Fields)['computed'] !== true);
    if (parent.type === 'ObjectProperty' && parent.shorthand) fixed.add(node.name);
    if (isKey) return;
    const declares =
      (parent.type === 'VariableDeclarator' && field === 'id') ||
      field === 'params' ||
      field === 'param' ||
      (/^(Array|Object|Assignment)Pattern|RestElement/.test(parent.type) && field !== 'right') ||
      (parent.type === 'ObjectProperty' && field === 'value');
    if (declares && !(parent.type === 'ObjectProperty' && !isPatternValue(parent))) declared.add(node.name);
    places.push(node);
  });
  const wild = random.chance(0.3);
  const renamed = new Map<string, string>();
  const taken = new Set(all);
  for (const name of declared) {
    if (fixed.has(name) || name === '_') continue;
    const draw = random.next();
    const group = SYNONYMS.get(name);
    let next = name;
    if (draw < (wild ? 0.8 : 0.15)) next = freshName(random);
    else if (draw < (wild ? 0.9 : 0.6) && group !== undefined) next = random.pick(group);
    if (next === name || taken.has(next) || RESERVED.has(next)) continue;
    taken.add(next);
    renamed.set(name, next);
  }
  for (const place of places) place.name = renamed.get(place.name) ?? place.name;
}

const RESERVED = new Set(
  'do in of if for let new try var case else enum null this true void with class const break false super throw while yield delete export import return switch typeof default map set string static public call public Map Set Math'.split(
    ' ',
  ),
);

/** Only a pattern's value declares; a property of an object expression does not, and is marked by the parser. */
function isPatternValue(property: Node): boolean {
  return (property as unknown as Fields)['inPattern'] === true;
}

/** The function's name: one that fits what it does, with more or less around it, or one that says nothing. */
export function functionName(given: readonly string[], random: Random): string {
  const draw = random.next();
  if (draw < 0.72) return random.pick(given);
  if (draw < 0.86) return random.pick(VERBS) + capital(random.pick(given));
  if (draw < 0.93)
    return (
      random.pick(given) +
      random.pick([
        'Of',
        'In',
        'From',
        'For',
        'Of' + capital(random.pick(NOUNS)),
        'For' + capital(random.pick(NOUNS)),
      ])
    );
  return random.pick(VERBS) + capital(random.pick(NOUNS));
}
