import { strict as assert } from 'node:assert';
import { cpSync } from 'node:fs';
import { join } from 'node:path';

import { readSpecs } from '../../src/daemon/spec-files.ts';
import { removeFolder, temporaryFolder } from '../../src/workspace/testing/fixture.ts';
import { demoProjectDir, demoTruth } from '../fixtures/demo-project.ts';
import { assertGolden } from '../runner/golden.ts';
import { openStage, requestFor, type Stage } from '../runner/stage.ts';
import { leaveOut } from '../support/leave-out.ts';
import { startScriptedMender } from '../support/scripted-mender.ts';
import type { ScriptedOllama } from '../support/scripted-ollama/index.ts';
import { nightText } from './support/night-text.ts';

/**
 * The demo's flow on the demo's project, in a text that is read when it changes. The model is a scripted server that
 * knows the slips: the shipped one answers a little differently from processor to processor.
 */
describe('the night of the demo', function () {
  this.timeout(300_000);
  let folder: string;
  let server: ScriptedOllama;
  let stage: Stage;
  before(async function () {
    if (process.platform === 'win32') {
      leaveOut(this, 'paths and modes are in its trees', { installable: false });
    }
    folder = temporaryFolder();
    server = await startScriptedMender();
    const home = join(folder, 'home');
    const bundled = join(import.meta.dirname, '..', '..', 'agents');
    stage = openStage({
      home,
      serverUrl: server.url,
      specs: (workspaceRoot) => readSpecs({ workspaceRoot, home, bundled }),
    });
  });
  after(async () => {
    await stage?.dispose();
    await server?.dispose();
    if (folder !== undefined) removeFolder(folder);
  });

  it('goes as the golden log says', async () => {
    const root = join(folder, 'project');
    cpSync(demoProjectDir, root, { recursive: true });
    const request = requestFor(root, { flow: 'mend-failing-tests', priority: 'night' });
    const view = await stage.runner.execute(request, new AbortController().signal);
    assert.equal(view.outcome, 'succeeded-with-skips', view.detail);
    assert.deepEqual(stage.problems, []);
    const mended = stage.runner.reportItems('r1').filter(({ result }) => result === 'mended');
    assert.equal(mended.length, demoTruth().slips.length, 'every slip of one place');
    assertGolden('demo-night.txt', nightText(stage.store, 'r1'));
  });
});
