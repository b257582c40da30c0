import assert from 'node:assert/strict';

import * as vscode from 'vscode';

import { pantheon } from '../../support/editor/host/pantheon.ts';
import { Person } from '../../support/editor/host/person.ts';

describe('a window without a folder', () => {
  for (const command of [
    'runAgent',
    'runFlow',
    'queueFlow',
    'openReport',
    'saveReport',
    'doctor',
    'newAgent',
    'newFlow',
    'trustWorkspace',
  ]) {
    it(`has ${command}, which says what to do first`, async () => {
      const person = new Person();
      try {
        await vscode.commands.executeCommand(`pantheon.${command}`);
        const { choices } = await person.hears(/^No folder is open\. Open the folder of a project first\.$/);
        assert.deepEqual(choices, ['Open Folder']);
      } finally {
        person.dispose();
      }
    });
  }

  it('starts no background runner by that', async () => {
    const { link } = await pantheon();
    assert.equal(link.state, 'away');
  });
});
