import { strict as assert } from 'node:assert';
import { lstatSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { addedLines, SHOP, Shop, textOf } from './support/shop.ts';

const cart = SHOP['src/cart.js'] ?? '';
const mended = cart.replace('let sum = 1;', 'let sum = 0;').replace('item.price > best', 'item.price < best');

/** Files as people have them, through the whole way on the command line: run, inbox, accept. */
describe('odd files, from the run to the accepted hunk', function () {
  this.timeout(300_000);
  let shop: Shop;
  before(async () => {
    shop = await Shop.open({ name: 'Daten für Ötzi & Söhne' });
  });
  after(() => shop.close());

  async function proposed(changes: Record<string, string>, name?: string): Promise<string> {
    const root = await shop.project(changes, name === undefined ? {} : { name });
    const { code, run } = await shop.run(root);
    assert.equal(code, 0, run.detail);
    assert.equal(run.outcome, 'succeeded');
    assert.equal((await shop.proposals(root)).length, 1);
    return root;
  }

  it('keeps CRLF, a byte order mark and a missing last newline', async () => {
    const odd = (text: string) => `\uFEFF${text.trimEnd().replaceAll('\n', '\r\n')}`;
    const root = await proposed({ 'src/cart.js': odd(cart) });
    assert.equal(textOf(root, 'src/cart.js'), odd(cart), 'nothing changes before a decision');
    const { code, stdout } = await shop.in(root, 'review', 'latest', '--accept', 'all');
    assert.equal(code, 0, stdout);
    assert.deepEqual(readFileSync(join(root, 'src/cart.js')), Buffer.from(odd(mended)));
  });

  it('keeps line ends that are mixed, and takes one hunk of two', async () => {
    const mixed = (text: string) => text.replace(/\n/, '\r\n');
    const root = await proposed({ 'src/cart.js': mixed(cart) });
    const { code, stdout } = await shop.in(root, 'review', 'latest', '--accept', '1', '--reject', '2');
    assert.equal(code, 0, stdout);
    const half = mixed(cart).replace('let sum = 1;', 'let sum = 0;');
    assert.deepEqual(readFileSync(join(root, 'src/cart.js')), Buffer.from(half));
  });

  it('works in folders and files with spaces, umlauts and other signs', async () => {
    const root = await proposed(
      {
        'src/cart.js': "export * from './wägen & körbe (neu)/ein korb.js';\n",
        'src/wägen & körbe (neu)/ein korb.js': cart,
      },
      "Müllers Laden; 'neu' $HOME",
    );
    const { code, stdout } = await shop.in(root, 'review', 'latest', '--accept', 'all');
    assert.equal(code, 0, stdout);
    assert.equal(textOf(root, 'src/wägen & körbe (neu)/ein korb.js'), mended);
  });

  it('takes a hunk into a file that changed elsewhere since, and keeps that change', async () => {
    const root = await proposed({});
    const own = (text: string) =>
      `// Prices are in cents.\n${text.replace('return best;', 'return best; // one')}`;
    writeFileSync(join(root, 'src/cart.js'), own(cart));
    const { code, stdout } = await shop.in(root, 'review', 'latest', '--accept', 'all');
    assert.equal(code, 0, stdout);
    assert.equal(textOf(root, 'src/cart.js'), own(mended));
  });

  it('refuses a hunk whose lines changed since, says so, and leaves the file as the person left it', async () => {
    const root = await proposed({});
    const own = cart.replace('let sum = 1;', 'let sum = 100;');
    writeFileSync(join(root, 'src/cart.js'), own);
    const { code, stdout } = await shop.in(root, 'review', 'latest', '--accept', '1');
    assert.equal(code, 1);
    assert.match(stdout, /\.1: not decided\. .*chang/);
    assert.equal(textOf(root, 'src/cart.js'), own);
    const other = await shop.in(root, 'review', 'latest', '--accept', '2');
    assert.equal(other.code, 0, other.stdout);
    assert.equal(textOf(root, 'src/cart.js'), own.replace('item.price > best', 'item.price < best'));
  });

  it('refuses a hunk for a file that is gone, and does not make it anew', async () => {
    const root = await proposed({});
    rmSync(join(root, 'src/cart.js'));
    const { code, stdout } = await shop.in(root, 'review', 'latest', '--accept', '1');
    assert.equal(code, 1);
    assert.match(stdout, /\.1: not decided\. \S+/);
    assert.throws(() => lstatSync(join(root, 'src/cart.js')), /ENOENT/);
  });

  it('writes nothing through a link that leads out of the project', async () => {
    const root = await proposed({});
    const outside = join(shop.product.folder, 'outside.js');
    writeFileSync(outside, cart);
    rmSync(join(root, 'src/cart.js'));
    symlinkSync(outside, join(root, 'src/cart.js'));
    const { code, stdout } = await shop.in(root, 'review', 'latest', '--accept', 'all');
    assert.equal(code, 1);
    assert.match(stdout, /\.1: not decided\. \S+/);
    assert.equal(readFileSync(outside, 'utf8'), cart);
  });

  it('asks no model about a file behind such a link, and says why', async () => {
    const root = await shop.project();
    const outside = join(shop.product.folder, 'secret.js');
    writeFileSync(outside, 'export function secret() {\n  return 1;\n}\n');
    symlinkSync(outside, join(root, 'src/secret.js'));
    const asked = shop.server.requests.length;
    for (const file of ['src/secret.js', '../secret.js', outside]) {
      const { code, stderr } = await shop.in(
        root,
        'try',
        'mender',
        '--input',
        `file=${file}`,
        '--input',
        'function=secret',
      );
      assert.notEqual(code, 0);
      assert.match(stderr, /^Error: .+\n.+/, file);
    }
    assert.equal(shop.server.requests.length, asked);
  });

  it('mends what it can where one source file is a link out of the project', async () => {
    const outside = join(shop.product.folder, 'lent.js');
    writeFileSync(outside, 'export const lent = 1;\n');
    const root = await shop.project();
    symlinkSync(outside, join(root, 'src/lent.js'));
    const { code, run } = await shop.run(root);
    assert.equal(code, 0, run.detail);
    assert.deepEqual(addedLines(await shop.proposals(root)), [
      '  let sum = 0;',
      '    if (item.price < best.price) best = item;',
    ]);
  });
});
