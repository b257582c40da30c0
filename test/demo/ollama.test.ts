import { strict as assert } from 'node:assert';
import { cpSync } from 'node:fs';
import { join } from 'node:path';

import { ReportView, RunView } from '../../src/protocol/index.ts';
import { demoProjectDir } from '../fixtures/demo-project.ts';
import { realOllamaFor, type RealOllama } from '../models/support/real-ollama.ts';
import { importInto } from '../mender/support/imported.ts';
import { Product } from '../support/product.ts';

/** The demo's flow on the demo's project, with the specialist in a real Ollama instead of the embedded server. */
describe('the flow of the demo on a real Ollama', function () {
  // Less than a minute on idle cores; many times that beside other work.
  this.timeout(900_000);
  let ollama: RealOllama;
  let product: Product;
  before(async function () {
    ollama = await realOllamaFor(this);
    await importInto(ollama, 'mender');
    product = new Product({ env: { OLLAMA_HOST: ollama.url } });
  });
  after(async () => {
    await product?.dispose();
    await ollama?.dispose();
  });

  it('uses the imported specialist, says so, and mends at least four slips', async () => {
    const root = join(product.folder, 'project');
    cpSync(demoProjectDir, root, { recursive: true });
    await product.run(['trust', '--yes'], { cwd: root });
    const { stdout } = await product.run(['doctor'], { cwd: root });
    assert.match(
      stdout,
      new RegExp(`^ok {4}Agent mender: mender\\S* on Ollama at ${ollama.url} \\(its first choice\\)$`, 'm'),
    );
    const { code, document } = await product.json(['run', 'mend-failing-tests', '--wait'], { cwd: root });
    const run = RunView.parse(document);
    assert.equal(code, 0, run.detail);
    assert.equal(run.outcome, 'succeeded-with-skips');
    const report = ReportView.parse((await product.json(['report'], { cwd: root })).document);
    assert.ok(report.mended >= 4, JSON.stringify(report.items));
    const { stdout: trace } = await product.run(['trace', 'latest', '--node', 'mend[0]'], { cwd: root });
    assert.match(trace, /mender on mender:latest, temperature 0/);
  });
});
