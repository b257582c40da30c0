import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { fingerprint, personsGit, writeFiles } from '../../src/workspace/testing/fixture.ts';
import type { ScriptedRequest } from '../support/scripted-ollama/index.ts';
import { detailOf, Night, outcomesOf } from './night.ts';
import { PROJECT } from './project.ts';

const bundled = (name: string) =>
  readFileSync(path.join(import.meta.dirname, '..', '..', 'agents', name), 'utf8').replaceAll('\r\n', '\n');
const model = (text: string) => text.replace(/^model: .*$/m, 'model: [tiny]');

/** The bundled flow with the small model played by the scripted server; the larger one too if it is `installed`. */
function specs(installed: boolean): Readonly<Record<string, string>> {
  const reviewer = bundled('reviewer/reviewer.agent.md');
  return {
    '.gitignore': '.pantheon\n',
    '.pantheon/agents/mender.agent.md': model(bundled('mender/mender.agent.md')),
    '.pantheon/agents/reviewer.agent.md': installed ? model(reviewer) : reviewer,
    '.pantheon/flows/review-my-changes.flow.yaml': bundled(
      'flows/review-my-changes/review-my-changes.flow.yaml',
    ),
  };
}

const slip = '2|   return items[0];';

describe('review-my-changes', function () {
  this.timeout(60_000);
  const night = Night.hooks();
  const review = () => night.run({ flow: 'review-my-changes' });

  function commit(installed = false): void {
    writeFiles(night.root, { ...PROJECT, ...specs(installed) });
    personsGit(night.root, 'init', '-q', '--initial-branch=main');
    personsGit(night.root, 'add', '.');
    personsGit(night.root, 'commit', '-qm', 'start');
  }

  function change(): void {
    writeFiles(night.root, {
      'src/lists.js': (PROJECT['src/lists.js'] ?? '').replace('items[0]', 'items[1]'),
      'src/new.js': 'export function added(a, b) {\n  return a - b;\n}\n',
      'test/lists.test.js': `${PROJECT['test/lists.test.js'] ?? ''}\nfunction helper() {\n  return 1;\n}\n`,
    });
    rmSync(path.join(night.root, 'src/words.js'));
  }

  it('asks about changed functions only, and says what it did without', async () => {
    commit();
    change();
    const git = fingerprint(path.join(night.root, '.git'));
    const asked = new Set<string>();
    night.answering = ({ prompt }) => {
      asked.add(prompt.split('\n')[0] ?? '');
      return prompt.includes('firstOf') ? slip : 'ok';
    };
    const view = await review();
    assert.deepEqual([...asked].toSorted(), [
      '1| export function added(a, b) {',
      '1| export function firstOf(items) {',
    ]);
    assert.deepEqual(outcomesOf(view), {
      'look[0]': 'succeeded',
      'look[1]': 'succeeded',
      reviewer: 'skipped',
    });
    const why =
      /^reviewer was left out\. No model server has one of qwen2\.5-coder:7b.*ollama pull qwen2\.5-coder:7b/;
    assert.equal(view.outcome, 'succeeded-with-skips');
    assert.match(view.detail ?? '', why);
    assert.match(detailOf(view, 'reviewer'), why);
    assert.equal(night.stage.runner.notes('r1').filter((note) => why.test(note)).length, 1);
    const [proposal] = night.stage.review.inbox().proposals;
    assert.deepEqual(
      proposal?.findings.map(({ path: file, line, message, suggestion }) => [
        file,
        line,
        message,
        suggestion,
      ]),
      [['src/lists.js', 1, '9 of 9 samples make the same change here.', '  return items[0];']],
    );
    assert.equal(fingerprint(path.join(night.root, '.git')), git);
  });

  it('gives a larger model, where there is one, each changed file with its diff', async () => {
    commit(true);
    change();
    const prompts: string[] = [];
    night.answering = ({ prompt, format }: ScriptedRequest) => {
      if (format === undefined) return 'ok';
      prompts.push(prompt);
      return JSON.stringify({
        findings: prompt.includes('items[1]')
          ? [
              {
                line: 2,
                severity: 'error',
                message: 'Gives the second item.',
                suggestion: '  return items[0];',
              },
            ]
          : [],
      });
    };
    const view = await review();
    assert.equal(view.outcome, 'succeeded');
    assert.equal(prompts.length, 3);
    const lists = prompts.find((prompt) => prompt.includes('File src/lists.js')) ?? '';
    assert.match(
      lists,
      /Changes:\ndiff --git a\/src\/lists\.js[^]*-  return items\[0\];\n\+  return items\[1\];/,
    );
    assert.match(lists, /2\|   return items\[1\];/);
    assert.doesNotMatch(lists, /thread:|null/);
    assert.deepEqual(
      night.stage.review
        .inbox()
        .proposals[0]?.findings.map(({ path: file, line, severity, agent }) => [file, line, severity, agent]),
      [['src/lists.js', 1, 'error', 'reviewer']],
    );
  });

  it('with nothing changed asks nobody, says so, and misses no model', async () => {
    commit();
    const view = await review();
    assert.equal(view.outcome, 'succeeded');
    assert.equal(view.detail, 'Nothing changed since the last commit.');
    assert.equal(view.totals.calls, 0);
    assert.deepEqual(night.stage.runner.notes('r1'), []);
    assert.deepEqual(night.stage.runner.reportItems('r1'), [], 'nobody reviewed anything');
  });

  it('without a commit says that there is nothing to compare with', async () => {
    writeFiles(night.root, { ...PROJECT, ...specs(false) });
    const view = await review();
    assert.equal(view.outcome, 'succeeded');
    assert.match(view.detail ?? '', /^Nothing to compare with/);
  });

  it('looks only where it was told to', async () => {
    commit();
    change();
    night.answering = () => 'ok';
    const view = await night.run({ flow: 'review-my-changes', inputs: { scope: 'src/new' } });
    assert.equal(detailOf(view, 'look[0]'), '9 of 9 samples change nothing.');
    assert.equal(outcomesOf(view)['look[1]'], undefined);
  });

  it('reviews in a resumed run what had changed when it began', async () => {
    commit();
    change();
    const stop = new AbortController();
    night.answering = () => {
      stop.abort();
      return 'ok';
    };
    const suspended = review();
    await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
    await night.stage.dispose();
    await suspended;
    personsGit(night.root, 'checkout', '-q', '.');
    night.answering = ({ prompt }) => (prompt.includes('firstOf') ? slip : 'ok');
    night.open();
    const view = await review();
    assert.equal(Object.keys(outcomesOf(view)).length, 3);
    assert.deepEqual(night.stage.runner.unfinished(), []);
  });
});
