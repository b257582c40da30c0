import assert from 'node:assert/strict';
import path from 'node:path';

import type { RunView } from '../../src/protocol/index.ts';
import type { RunRequest } from '../../src/runner/index.ts';
import { removeFolder, temporaryFolder, writeFiles } from '../../src/workspace/testing/fixture.ts';
import {
  startScriptedOllama,
  type ScriptedAnswer,
  type ScriptedOllama,
  type ScriptedRequest,
} from '../support/scripted-ollama/index.ts';
import { answer, QUICK_PROJECT } from './project.ts';
import { openStage, requestFor, type Stage } from './stage.ts';

export const FLOW = '.pantheon/flows/night/night.flow.yaml';
export const LIST = '.pantheon/flows/night/list.mjs';

/** One project, one model server and one runner per test; made and ended by mocha's hooks. */
export class Night {
  base = '';
  root = '';
  #server: ScriptedOllama | undefined;
  #stage: Stage | undefined;
  answering: (request: ScriptedRequest) => string | ScriptedAnswer = answer;

  get server(): ScriptedOllama {
    assert.ok(this.#server);
    return this.#server;
  }

  get stage(): Stage {
    assert.ok(this.#stage);
    return this.#stage;
  }

  /** Registers the hooks in the suite that is being described. */
  static hooks(): Night {
    const night = new Night();
    beforeEach(() => night.begin());
    afterEach(() => night.end());
    return night;
  }

  async begin(): Promise<void> {
    this.base = temporaryFolder();
    this.root = path.join(this.base, 'project');
    this.answering = answer;
    this.#server = await startScriptedOllama({
      models: ['tiny'],
      answer: (request) => this.answering(request),
    });
    this.open();
  }

  async end(): Promise<void> {
    await this.stage.dispose();
    await this.server.dispose();
    assert.deepEqual(this.stage.problems, []);
    removeFolder(this.base);
  }

  /** Opens the rooms, again after they were put away. */
  open(): void {
    this.#stage = openStage({ home: path.join(this.base, 'home'), serverUrl: this.server.url });
  }

  /** The quick project with some texts of its files replaced. */
  write(changes: Readonly<Record<string, (text: string) => string>> = {}): void {
    const files: Record<string, string> = { ...QUICK_PROJECT };
    for (const [name, change] of Object.entries(changes)) files[name] = change(files[name] ?? '');
    writeFiles(this.root, files);
  }

  async run(more: Partial<RunRequest> = {}, signal = new AbortController().signal): Promise<RunView> {
    return await this.stage.runner.execute(requestFor(this.root, more), signal);
  }
}

export function outcomesOf(view: RunView): Readonly<Record<string, string>> {
  return Object.fromEntries(view.nodes.map(({ address, outcome }) => [address, outcome ?? 'none']));
}

export function detailOf(view: RunView, address: string): string {
  return view.nodes.find((node) => node.address === address)?.detail ?? '';
}
