import { strict as assert } from 'node:assert';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { TryView } from '../../src/protocol/index.ts';
import { demoProjectDir, demoTruth } from '../fixtures/demo-project.ts';
import { realOllamaFor, type RealOllama } from '../models/support/real-ollama.ts';
import { Product } from '../support/product.ts';
import { writeChainModel } from '../support/tiny-gguf/chain-model.ts';
import { importInto } from './support/imported.ts';

const AGENT_FILE = join(import.meta.dirname, '..', '..', 'agents', 'mender', 'mender.agent.md');
const LAST_OF = `/** The last item. */
export function lastOf(list) {
  return list[list.length];
}
`;

/** A project with the demo's files and one more function, trusted. */
async function demo(product: Product, name: string): Promise<string> {
  const root = join(product.folder, name);
  cpSync(demoProjectDir, root, { recursive: true });
  const lists = join(root, 'src', 'lists.js');
  writeFileSync(lists, `${readFileSync(lists, 'utf8')}\n${LAST_OF}`);
  await product.run(['trust', '--yes'], { cwd: root });
  return root;
}

async function tryMender(product: Product, root: string, unit: string, file: string, ...more: string[]) {
  const inputs = ['--input', `file=${file}`, '--input', `function=${unit}`];
  const { document, stderr } = await product.json(['try', 'mender', ...inputs, ...more], { cwd: root });
  return { view: TryView.parse(document), stderr };
}

describe('pantheon try mender', function () {
  this.timeout(300_000);
  let product: Product;
  before(() => {
    product = new Product();
  });
  after(() => product.dispose());

  it('shows what the specialist was asked and said, in a form that can be used', async () => {
    const root = await demo(product, 'project');
    const { view } = await tryMender(product, root, 'lastOf', 'src/lists.js');
    assert.deepEqual([view.model, view.server], ['mender', 'embedded']);
    assert.equal(view.prompt, '1| export function lastOf(list) {\n2|   return list[list.length];\n3| }');
    assert.match(view.answer, /^(?:ok|[123]\| .*)$/);
    assert.ok(view.valid, view.validation);
  });

  it('names the functions there are when there is none of that name', async () => {
    const root = await demo(product, 'without');
    const inputs = ['--input', 'file=src/lists.js', '--input', 'function=firstOf'];
    const { code, stderr } = await product.run(['try', 'mender', ...inputs], { cwd: root });
    assert.notEqual(code, 0);
    assert.match(stderr, /firstOf[^]*indexOfLargest/);
  });
});

/** The agent file is for any model: another name, another template, system text and roles as chat models have them. */
describe('the agent file of the specialist with other models of a real Ollama', function () {
  this.timeout(400_000);
  const slip = demoTruth().slips.find(({ function: name }) => !name.includes('.'));
  if (slip === undefined) throw new Error('The demo has no slip in a function.');
  let ollama: RealOllama | undefined;
  let product: Product;
  let root: string;
  before(async function () {
    ollama = await realOllamaFor(this);
    product = new Product({ env: { OLLAMA_HOST: ollama.url } });
    root = await demo(product, 'project');
    await importInto(ollama, 'by-another-name');
    const source = readFileSync(join(root, slip.path), 'utf8').split('\n');
    const head = source.findIndex((line) => line.includes(`function ${slip.function}(`));
    const chat = join(product.folder, 'chat.gguf');
    await writeChainModel(chat, { says: `${slip.line - head}| ${slip.right}` });
    await ollama.create(
      'chat-model',
      chat,
      'TEMPLATE """{{ range .Messages }}<|{{ .Role }}|>{{ .Content }}{{ end }}<|assistant|>"""\n',
    );
  });
  after(async () => {
    await product?.dispose();
    await ollama?.dispose();
  });

  const mends = (view: TryView) => {
    assert.ok(view.valid, view.validation);
    assert.ok(view.patch?.includes(`\n-${slip.wrong}\n+${slip.right}\n`), view.patch);
  };

  it('asks a chat model with the system text and the function, and takes its line', async () => {
    const { view } = await tryMender(product, root, slip.function, slip.path, '--model', 'chat-model');
    assert.match(view.model, /^chat-model/);
    assert.match(view.system, /^You mend one small function\./);
    // The model has a token for each byte: all of both texts arrived.
    assert.ok(view.promptTokens >= Buffer.byteLength(view.system + view.prompt), String(view.promptTokens));
    mends(view);
  });

  it('does the same in a file of which only the line "model:" is another', async () => {
    const agents = join(root, '.pantheon', 'agents');
    const text = readFileSync(AGENT_FILE, 'utf8');
    const other = text.replace('\nmodel: [mender]\n', '\nmodel: [chat-model]\n');
    assert.notEqual(other, text);
    mkdirSync(agents, { recursive: true });
    writeFileSync(join(agents, 'mender.agent.md'), other);
    const { view } = await tryMender(product, root, slip.function, slip.path);
    assert.match(view.model, /^chat-model/);
    mends(view);
  });

  it('gets the same answers from the specialist under another name', async () => {
    const ask = async (...more: string[]) =>
      (await tryMender(product, root, 'lastOf', 'src/lists.js', ...more)).view;
    const [here, there] = [await ask('--model', 'mender'), await ask('--model', 'by-another-name')];
    assert.equal(here.server, 'embedded');
    assert.equal(there.server, ollama?.url);
    assert.equal(there.answer, here.answer);
  });
});
