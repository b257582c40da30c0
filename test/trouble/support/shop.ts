import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { InboxView, RunView, type ProposalView } from '../../../src/protocol/index.ts';
import { Product, type CommandOutcome } from '../../support/product.ts';
import {
  startScriptedOllama,
  type ScriptedAnswer,
  type ScriptedOllama,
  type ScriptedRequest,
} from '../../support/scripted-ollama/index.ts';

/** A small library with two slips, its tests, and nothing of ours. */
export const SHOP: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "shop", "type": "module", "scripts": { "test": "node --test" } }\n',
  'src/cart.js': `export function total(items) {
  let sum = 1;
  for (const item of items) {
    sum += item.price * item.amount;
  }
  return sum;
}

export function cheapest(items) {
  let best = items[0];
  for (const item of items) {
    if (item.price > best.price) best = item;
  }
  return best;
}
`,
  'test/cart.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cheapest, total } from '../src/cart.js';
test('adds up', () => assert.equal(total([{ price: 2, amount: 3 }]), 6));
test('finds the cheapest', () => assert.equal(cheapest([{ price: 2 }, { price: 1 }, { price: 3 }]).price, 1));
`,
};

/** The right lines for the wrong ones. */
const corrections: readonly (readonly [string, string])[] = [
  ['let sum = 1;', 'let sum = 0;'],
  ['item.price > best.price', 'item.price < best.price'],
];

/** Answers as a model that knows the shop; whatever it does not know is fine as it is. */
export function knowsTheShop({ prompt }: ScriptedRequest): string {
  for (const line of prompt.split('\n')) {
    const [, number, text] = /^\s*(\d+)\| ?(.*)$/.exec(line) ?? [];
    const known = corrections.find(([wrong]) => text?.includes(wrong));
    if (known !== undefined && text !== undefined) return `${number}| ${text.replace(...known)}`;
  }
  return 'ok';
}

/** The product with a model server `mender` that a test scripts, and a folder for projects. */
export class Shop {
  readonly product: Product;
  server: ScriptedOllama;
  /** How the server answers; by default it knows the shop. */
  answering: (request: ScriptedRequest) => string | ScriptedAnswer | Promise<ScriptedAnswer> = knowsTheShop;
  #projects = 0;

  private constructor(server: ScriptedOllama, name: string | undefined) {
    this.server = server;
    this.product = new Product({
      ...(name === undefined ? {} : { name }),
      env: { OLLAMA_HOST: server.url },
    });
  }

  static async open(options: { readonly name?: string } = {}): Promise<Shop> {
    const late: { shop?: Shop } = {};
    const server = await startScriptedOllama({
      models: ['mender'],
      answer: (request) => late.shop?.answering(request) ?? 'ok',
    });
    late.shop = new Shop(server, options.name);
    return late.shop;
  }

  /** Starts the server again where it was. */
  async reopenServer(): Promise<void> {
    const { port } = this.server;
    this.server = await startScriptedOllama({
      models: ['mender'],
      port,
      answer: (request) => this.answering(request),
    });
  }

  /** Makes a trusted project in a folder of its own and returns the folder. */
  async project(
    changes: Readonly<Record<string, string>> = {},
    options: { readonly git?: boolean; readonly name?: string; readonly trust?: boolean } = {},
  ): Promise<string> {
    const { git = true, name = `shop-${(this.#projects += 1)}`, trust = true } = options;
    const root = join(this.product.folder, name);
    for (const [path, text] of Object.entries({ ...SHOP, ...changes })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    if (git) commitAll(root);
    if (trust) assert.equal((await this.product.run(['trust', '--yes'], { cwd: root })).code, 0);
    return root;
  }

  async in(root: string, ...args: string[]): Promise<CommandOutcome> {
    return await this.product.run(args, { cwd: root });
  }

  /** `run FLOW --wait --json` with its exit code. */
  async run(
    root: string,
    flow = 'mend-failing-tests',
  ): Promise<{ code: number; run: RunView; stderr: string }> {
    const { code, document, stderr } = await this.product.json(['run', flow, '--wait'], { cwd: root });
    return { code, run: RunView.parse(document), stderr };
  }

  /** Every proposal of a project, decided ones too. */
  async proposals(root: string): Promise<readonly ProposalView[]> {
    const { document } = await this.product.json(['inbox', '--all'], { cwd: root });
    return InboxView.parse(document).proposals.filter(({ workspace }) => workspace === root);
  }

  async close(): Promise<void> {
    await this.product.dispose();
    await this.server.dispose();
  }
}

/** Makes a repository of a folder and commits what is in it. */
export function commitAll(root: string): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'pipe' });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git(
    '-c',
    'user.name=A Person',
    '-c',
    'user.email=person@localhost',
    'commit',
    '--quiet',
    '--message',
    'First',
  );
}

/** Hunks with the lines that they add, in the order of the inbox. */
export function addedLines(proposals: readonly ProposalView[]): string[] {
  return proposals.flatMap(({ files }) => files.flatMap(({ hunks }) => hunks.flatMap(({ added }) => added)));
}

export function textOf(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
