import { mkdirSync, writeFileSync } from 'node:fs';
import type { BrowserContext } from 'playwright-core';

import { homePaths } from '../../../src/protocol/index.ts';
import { Product } from '../product.ts';
import { Editor, type EditorOptions } from './editor.ts';
import { needsEditor } from './installed.ts';
import { Screen } from './screen.ts';
import { makeDemoWorkspace, makeEmptyWorkspace } from './workspaces.ts';

export interface JourneyOptions extends Pick<EditorOptions, 'settings' | 'env' | 'vsix'> {
  /** What is open: the demo project, committed (the default), or an empty folder without git. */
  readonly workspace?: 'demo' | 'empty';
  /** Files that the demo project has besides, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** The person's `settings.yaml`. */
  readonly personal?: string;
  /** Done before the editor starts, with the editor's options; gives them back, changed or not. */
  readonly prepare?: (options: EditorOptions, product: Product) => Promise<EditorOptions>;
}

/** One editor with a project for the tests of one `describe`, ended after them. A test that fails leaves a picture. */
export class Journey {
  readonly product = new Product();
  readonly name: string;
  #editor: Editor | undefined;
  #screen: Screen | undefined;
  #project: string | undefined;

  private constructor(name: string) {
    this.name = name;
  }

  /** Registers what comes before and after the tests; `name` names the folder of the pictures. */
  static inThisSuite(name: string, options: JourneyOptions = {}): Journey {
    const journey = new Journey(name);
    before(async function () {
      this.timeout(120_000);
      needsEditor(this);
      await journey.#begin(options);
    });
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await journey.#screen?.failed(this.currentTest.title);
    });
    after(() => journey.#end());
    return journey;
  }

  get editor(): Editor {
    if (this.#editor === undefined) throw new Error('The editor has not started.');
    return this.#editor;
  }

  get screen(): Screen {
    if (this.#screen === undefined) throw new Error('The window is not open.');
    return this.#screen;
  }

  /** The folder that is open. */
  get project(): string {
    if (this.#project === undefined) throw new Error('The project is not there yet.');
    return this.#project;
  }

  /** Closes the window; the editor's server and the background runner go on. */
  async close(): Promise<void> {
    const page = this.#screen?.page;
    if (page === undefined || page.isClosed()) return;
    // Leaving the page lets the editor write down what it remembers of the window.
    await page.goto('about:blank');
    await page.close();
  }

  /** Opens a window again in the same browser, which remembers the one before. */
  async reopen(): Promise<void> {
    await this.close();
    await this.#open(this.#screen?.page.context());
  }

  async #open(context?: BrowserContext): Promise<void> {
    const page = await this.editor.open(context === undefined ? {} : { context });
    this.#screen = new Screen(page, this.name, this.#screen?.shots);
    await this.#screen.untilReady();
  }

  async #begin({ workspace, files = {}, personal, prepare, ...options }: JourneyOptions): Promise<void> {
    if (personal !== undefined) {
      mkdirSync(this.product.home, { recursive: true });
      writeFileSync(homePaths(this.product.home).settings, personal);
    }
    this.#project =
      workspace === 'empty'
        ? makeEmptyWorkspace(this.product.folder)
        : await makeDemoWorkspace(this.product.folder, files);
    const plain: EditorOptions = {
      ...options,
      workspace: this.project,
      home: this.product.home,
      env: { ...this.product.environment(), ...options.env },
    };
    this.#editor = await Editor.start(prepare === undefined ? plain : await prepare(plain, this.product));
    await this.#open();
  }

  async #end(): Promise<void> {
    await this.#editor?.dispose();
    await this.product.dispose();
  }
}
