import assert from 'node:assert/strict';

import * as vscode from 'vscode';

import { Desk } from '../../support/editor/host/desk.ts';
import { until } from '../../support/editor/host/until.ts';

const base = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';
const bytes = (text: string) => new TextEncoder().encode(text);
const proposed = base.replace('two', 'TWO\nTWO and a half').replace('six', 'SIX');

describe('hunks in the editor', () => {
  let desk: Desk;
  let file: string;
  let names = 0;

  before(async () => {
    desk = await Desk.open();
  });
  beforeEach(() => {
    file = `words/${(names += 1)}.txt`;
    desk.write(file, base);
  });
  after(() => desk.dispose());

  /** Proposes two hunks for the file of this test and brings them in. */
  async function opened(after = proposed, before = base) {
    const proposal = await desk.propose({ [file]: [before, after] });
    await desk.reviewInPlace(proposal);
    return proposal;
  }

  it('come into the workspace only when a person opens the proposal', async () => {
    const proposal = await desk.propose({ [file]: [base, proposed] });
    assert.equal(desk.disk(file), base);
    assert.deepEqual(desk.open(file), []);
    await desk.reviewInPlace(proposal);
    assert.equal(desk.disk(file), proposed);
    assert.equal(await desk.shown(file), proposed);
    assert.equal(await desk.base(file), base);
    assert.deepEqual(await desk.states(proposal.id), ['open', 'open']);
  });

  it('are accepted from the gutter: the text stays, the bar goes, the next one stays', async () => {
    const { id } = await opened();
    assert.deepEqual(await desk.gutter(file, 'accept', 0), [`${id}.1`]);
    assert.equal(desk.disk(file), proposed);
    assert.equal(await desk.base(file), proposed.replace('SIX', 'six'));
    assert.deepEqual(await desk.states(id), ['accepted', 'open']);
  });

  it('are rejected from the gutter: exactly what was there stands there again', async () => {
    const { id } = await opened();
    assert.deepEqual(await desk.gutter(file, 'reject', 0), [`${id}.1`]);
    assert.equal(await desk.shown(file), base.replace('six', 'SIX'));
    assert.equal(desk.disk(file), base.replace('six', 'SIX'));
    assert.deepEqual(await desk.states(id), ['rejected', 'open']);
    assert.equal((await vscode.workspace.openTextDocument(desk.uri(file))).isDirty, false);
  });

  it('are all decided that one change of the gutter overlaps', async () => {
    const { id } = await opened(base.replace('two\nthree\n', 'TWO\nthree\n').replace('four', 'FOUR'));
    // The person takes out the line between them, so that the editor sees one change.
    await desk.type(file, 'three\n', '');
    assert.deepEqual(await desk.gutter(file, 'accept', 0), [`${id}.1`, `${id}.2`]);
    assert.deepEqual(await desk.states(id), ['accepted', 'accepted']);
  });

  it('do not own what is typed outside: it is on both sides and survives a reject', async () => {
    await opened();
    await desk.type(file, 'four', 'four, mine');
    await desk.insert(file, 'TWO\n', 'mine above\n');
    assert.equal(await desk.base(file), base.replace('two', 'mine above\ntwo').replace('four', 'four, mine'));
    await desk.gutter(file, 'reject', 0);
    await desk.gutter(file, 'reject', 0);
    assert.equal(
      await desk.shown(file),
      base.replace('two', 'mine above\ntwo').replace('four', 'four, mine'),
    );
  });

  it('own what is typed inside: accepting them says so', async () => {
    const { id } = await opened();
    await desk.type(file, 'TWO and', 'TWO, mine, and');
    assert.equal(await desk.base(file), base.replace('six', 'six'));
    await desk.keyboard(file, 'accept', 'mine');
    assert.deepEqual(await desk.states(id), ['accepted-edited', 'open']);
    assert.match(await desk.shown(file), /TWO, mine, and a half/);
  });

  it('ask before a reject would lose what was typed inside, and Escape leaves it', async () => {
    const { id } = await opened();
    await desk.type(file, 'TWO and', 'TWO, mine, and');
    const before = await desk.shown(file);
    assert.deepEqual(await desk.keyboard(file, 'reject', 'mine'), []);
    assert.equal(await desk.shown(file), before);
    assert.deepEqual(await desk.states(id), ['open', 'open']);
    desk.person.willPick(/Reject/);
    desk.person.willPick(/Keep what stands there/);
    await desk.cursor(file, 'mine');
    await vscode.commands.executeCommand('pantheon.hunk.reject');
    assert.equal(await desk.shown(file), before);
    assert.deepEqual(await desk.states(id), ['rejected', 'open']);
    assert.deepEqual(
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .filter(({ input }) => input instanceof vscode.TabInputTextDiff),
      [],
      'the comparison is closed again',
    );
  });

  it('put back what was there if the person says so', async () => {
    const { id } = await opened();
    await desk.type(file, 'TWO and', 'TWO, mine, and');
    desk.person.willPick(/Reject/);
    desk.person.willPick(/Put back/);
    await desk.cursor(file, 'mine');
    await vscode.commands.executeCommand('pantheon.hunk.reject');
    assert.equal(await desk.shown(file), base.replace('six', 'SIX'));
    assert.deepEqual(await desk.states(id), ['rejected', 'open']);
  });

  it('are clipped by an edit across their edge', async () => {
    const { id } = await opened();
    await desk.type(file, 'a half\nthree', 'a\nTHREE');
    assert.deepEqual(await desk.gutter(file, 'accept', 0), [`${id}.1`]);
    assert.deepEqual(await desk.states(id), ['accepted-edited', 'open']);
  });

  it('are withdrawn when all their text is deleted, and open again when it comes back', async () => {
    const { id } = await opened();
    await desk.type(file, 'TWO\nTWO and a half\n', '');
    assert.deepEqual(desk.open(file), [`${id}.2`]);
    assert.deepEqual(await desk.states(id), ['withdrawn', 'open']);
    await desk.show(file);
    await vscode.commands.executeCommand('undo');
    assert.deepEqual(desk.open(file), [`${id}.1`, `${id}.2`]);
    assert.deepEqual(await desk.states(id), ['open', 'open']);
  });

  it('open again when a reject is undone in the editor', async () => {
    const { id } = await opened();
    await desk.type(file, 'four', 'four, mine');
    await desk.gutter(file, 'reject', 0);
    assert.deepEqual(await desk.states(id), ['rejected', 'open']);
    await desk.show(file);
    await vscode.commands.executeCommand('undo');
    assert.deepEqual(desk.open(file), [`${id}.1`, `${id}.2`]);
    assert.deepEqual(await desk.states(id), ['open', 'open']);
    assert.equal(await desk.base(file), base.replace('four', 'four, mine'));
  });

  it('open again when the last decision is undone, whether it was an accept or a reject', async () => {
    const { id } = await opened();
    await desk.gutter(file, 'accept', 0);
    await desk.gutter(file, 'reject', 0);
    assert.deepEqual(await desk.states(id), ['accepted', 'rejected']);
    await vscode.commands.executeCommand('pantheon.hunk.undo');
    assert.deepEqual(await desk.states(id), ['accepted', 'open']);
    assert.equal(desk.disk(file), proposed);
    await vscode.commands.executeCommand('pantheon.hunk.undo');
    assert.deepEqual(await desk.states(id), ['open', 'open']);
    assert.equal(await desk.base(file), base);
  });

  it('of an unsaved file are changed in its window and never saved', async () => {
    await desk.type(file, 'four', 'four, unsaved');
    const { id } = await opened();
    const unsaved = (text: string) => text.replace('four', 'four, unsaved');
    assert.equal(await desk.shown(file), unsaved(proposed));
    assert.equal(desk.disk(file), base);
    assert.equal(await desk.base(file), unsaved(base));
    await desk.gutter(file, 'reject', 0);
    assert.equal(await desk.shown(file), unsaved(base.replace('six', 'SIX')));
    await desk.gutter(file, 'accept', 0);
    assert.equal(desk.disk(file), base);
    assert.ok((await vscode.workspace.openTextDocument(desk.uri(file))).isDirty);
    assert.deepEqual(await desk.states(id), ['rejected', 'accepted']);
    await desk.save(file);
    assert.equal(desk.disk(file), unsaved(base.replace('six', 'SIX')));
    assert.deepEqual(await desk.states(id), ['rejected', 'accepted']);
  });

  it('live through a formatter that runs on save', async () => {
    const { id } = await opened();
    const formatter = vscode.languages.registerDocumentFormattingEditProvider(
      { pattern: '**/words/*.txt' },
      {
        provideDocumentFormattingEdits: (document) =>
          Array.from({ length: document.lineCount - 1 }, (_, line) =>
            vscode.TextEdit.insert(new vscode.Position(line, 0), '  '),
          ),
      },
    );
    const settings = vscode.workspace.getConfiguration('editor');
    await settings.update('formatOnSave', true, vscode.ConfigurationTarget.Global);
    try {
      await desk.type(file, 'four', 'four, mine');
      await desk.save(file);
      const indented = (text: string) => text.replaceAll(/^(?=.)/gm, '  ').replace('four', 'four, mine');
      assert.equal(desk.disk(file), indented(proposed));
      assert.deepEqual(desk.open(file), [`${id}.1`, `${id}.2`]);
      await desk.gutter(file, 'accept', 0);
      assert.deepEqual(await desk.states(id), ['accepted', 'open'], 'a formatter is nobody who edits');
      await desk.type(file, 'SIX', 'SIX, mine');
      await desk.save(file);
      await desk.gutter(file, 'accept', 0);
      assert.deepEqual(await desk.states(id), ['accepted', 'accepted-edited']);
    } finally {
      await settings.update('formatOnSave', undefined, vscode.ConfigurationTarget.Global);
      formatter.dispose();
    }
  });

  it('are discarded and stashed while the window has typing that is not saved, which stays', async () => {
    desk.git('add', '--', file);
    desk.git('commit', '--quiet', '--message', 'words', '--', file);
    const { id } = await opened();
    await desk.type(file, 'four', 'four, unsaved');
    desk.git('stash', 'push', '--quiet', '--', file);
    assert.equal(desk.disk(file), base);
    assert.deepEqual(await desk.states(id), ['open', 'open'], 'what the person sees counts');
    const unsaved = (text: string) => text.replace('four', 'four, unsaved');
    assert.equal(await desk.shown(file), unsaved(proposed));
    assert.equal(await desk.base(file), unsaved(base));
    assert.deepEqual(await desk.gutter(file, 'reject', 0), [`${id}.1`]);
    assert.equal(await desk.shown(file), unsaved(base.replace('six', 'SIX')));
    assert.equal(desk.disk(file), base);
    desk.git('stash', 'drop', '--quiet');
  });

  it('are withdrawn by a discard and open again with the stash that held them', async () => {
    desk.git('add', '--', file);
    desk.git('commit', '--quiet', '--message', 'words', '--', file);
    const { id } = await opened();
    desk.git('stash', 'push', '--quiet', '--', file);
    await desk.untilShown(file, base);
    await desk.untilStates(id, ['withdrawn', 'withdrawn']);
    assert.deepEqual(desk.open(file), []);
    desk.git('stash', 'pop', '--quiet');
    await desk.untilShown(file, proposed);
    await desk.untilStates(id, ['open', 'open']);
    desk.git('checkout', '--quiet', '--', file);
    await desk.untilShown(file, base);
    await desk.untilStates(id, ['withdrawn', 'withdrawn']);
  });

  it('go along to another branch that keeps them, and are withdrawn by one that does not', async () => {
    desk.git('add', '--', file);
    desk.git('commit', '--quiet', '--message', 'words', '--', file);
    desk.git('checkout', '--quiet', '-b', `other-${names}`);
    desk.write(file, `zero\n${base}`);
    desk.git('commit', '--quiet', '--message', 'one more', '--', file);
    desk.git('checkout', '--quiet', 'main');
    const { id } = await opened();
    desk.git('checkout', '--quiet', '--merge', `other-${names}`);
    await desk.untilShown(file, `zero\n${proposed}`);
    await desk.untilStates(id, ['open', 'open']);
    assert.equal(await desk.base(file), `zero\n${base}`);
    assert.deepEqual(await desk.gutter(file, 'reject', 0), [`${id}.1`]);
    assert.equal(desk.disk(file), `zero\n${base.replace('six', 'SIX')}`);
    desk.git('checkout', '--quiet', '--force', 'main');
    await desk.untilShown(file, base);
    await desk.untilStates(id, ['rejected', 'withdrawn']);
    assert.deepEqual(
      desk.person.said.filter(({ text }) => text.includes('The commit holds')),
      [],
      'a checkout is no commit of these hunks',
    );
  });

  it('of a read-only file are refused with the way out, and nothing is lost', async () => {
    const proposal = await desk.propose({ [file]: [base, proposed] });
    const { id } = proposal;
    desk.chmod(file, 0o444);
    await desk.reviewInPlace(proposal);
    await desk.person.hears(/\d+\.txt is read-only\. Make it writable/);
    assert.equal(desk.disk(file), base);
    assert.deepEqual(desk.open(file), []);
    assert.deepEqual(await desk.states(id), ['waiting', 'waiting']);
    desk.chmod(file, 0o644);
    await desk.reviewInPlace(proposal);
    assert.equal(await desk.shown(file), proposed);
    desk.chmod(file, 0o444);
    desk.person.forget();
    assert.deepEqual(await desk.gutter(file, 'reject', 0), []);
    await desk.person.hears(/Not rejected: .*is read-only\. Make it writable/);
    assert.equal(desk.disk(file), proposed);
    assert.deepEqual(await desk.states(id), ['open', 'open']);
    assert.deepEqual(await desk.gutter(file, 'accept', 1), [`${id}.2`], 'an accept writes nothing');
    desk.chmod(file, 0o644);
    assert.deepEqual(await desk.gutter(file, 'reject', 0), [`${id}.1`]);
    assert.equal(desk.disk(file), base.replace('six', 'SIX'));
    assert.deepEqual(await desk.states(id), ['rejected', 'accepted']);
  });

  it('are withdrawn in a file that no editor shows', async () => {
    const { id } = await opened();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    desk.write(file, base);
    await desk.untilStates(id, ['withdrawn', 'withdrawn']);
    desk.write(file, proposed);
    await desk.untilStates(id, ['open', 'open']);
  });

  it('leave with a file that is deleted while it is shown, come back with it, and are decided then', async () => {
    const { id } = await opened();
    await vscode.window.showTextDocument(desk.uri(file));
    desk.remove(file);
    await desk.untilStates(id, ['withdrawn', 'withdrawn']);
    assert.deepEqual(desk.open(file), []);
    desk.write(file, proposed);
    await desk.untilStates(id, ['open', 'open']);
    assert.deepEqual(await desk.gutter(file, 'reject', 0), [`${id}.1`]);
    assert.equal(desk.disk(file), base.replace('six', 'SIX'));
    await desk.stop(await desk.proposal(id));
  });

  it('in a commit count as committed undecided, and the person is told', async () => {
    desk.git('add', '--', file);
    desk.git('commit', '--quiet', '--message', 'words', '--', file);
    const { id } = await opened();
    desk.git('commit', '--quiet', '--message', 'with hunks', '--', file);
    await desk.person.hears(/commit holds 2 hunks .* not decided/);
    await desk.untilStates(id, ['committed-undecided', 'committed-undecided']);
    assert.equal(desk.disk(file), proposed);
    assert.deepEqual(desk.open(file), []);
  });

  it('move with a file that changed elsewhere, and are listed, not guessed, where it changed here', async () => {
    const proposal = await desk.propose({ [file]: [base, proposed] });
    desk.write(file, `zero\n${base.replace('six', 'else')}`);
    await desk.reviewInPlace(proposal);
    assert.equal(
      desk.disk(file),
      `zero\n${base.replace('six', 'else').replace('two', 'TWO\nTWO and a half')}`,
    );
    assert.deepEqual(await desk.states(proposal.id), ['open', 'conflicted']);
    const said = await desk.person.hears(/changed since it was proposed/);
    assert.deepEqual(said.choices, ['Show Conflicts']);
  });

  it('of two proposals stand in one file and are decided apart', async () => {
    const first = await opened(base.replace('two', 'TWO'));
    const second = await desk.propose({ [file]: [base, base.replace('six', 'SIX')] });
    await desk.reviewInPlace(second);
    assert.deepEqual(desk.open(file), [`${first.id}.1`, `${second.id}.1`]);
    await desk.stop(first);
    assert.equal(desk.disk(file), base.replace('six', 'SIX'));
    assert.deepEqual(await desk.states(first.id), ['waiting']);
    await desk.gutter(file, 'accept', 0);
    assert.deepEqual(await desk.states(second.id), ['accepted']);
  });

  it('leave with the review, except those in which the person typed', async () => {
    const proposal = await opened();
    await desk.type(file, 'TWO and', 'TWO, mine, and');
    await desk.type(file, 'four', 'four, mine');
    await desk.stop(proposal);
    assert.equal(
      await desk.shown(file),
      base.replace('two', 'TWO\nTWO, mine, and a half').replace('four', 'four, mine'),
    );
    await desk.person.hears(/You typed inside this hunk/);
    assert.deepEqual(await desk.states(proposal.id), ['open', 'waiting']);
  });

  for (const [what, encode] of [
    ['CRLF', (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['a byte order mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['no last line end', (text: string) => Buffer.from(text.slice(0, -1))],
  ] as const) {
    it(`keep the bytes of a file with ${what}`, async () => {
      desk.write(file, encode(base));
      const proposal = await desk.propose({ [file]: [encode(base), encode(proposed)] });
      await desk.show(file);
      await desk.reviewInPlace(proposal);
      assert.deepEqual(Buffer.from(desk.bytes(file) ?? []), encode(proposed));
      await desk.gutter(file, 'reject', 0);
      await desk.gutter(file, 'accept', 0);
      assert.deepEqual(Buffer.from(desk.bytes(file) ?? []), encode(base.replace('six', 'SIX')));
      assert.deepEqual(await desk.states(proposal.id), ['rejected', 'accepted']);
    });
  }

  it('keep the bytes of a file with mixed line ends, which the editor shows with one', async () => {
    const mixed = (text: string) => text.replace('four\n', 'four\r\n').replace('five\n', 'five\r\n');
    desk.write(file, mixed(base));
    const proposal = await desk.propose({ [file]: [mixed(base), mixed(proposed)] });
    await desk.show(file);
    await desk.reviewInPlace(proposal);
    assert.equal(desk.disk(file), mixed(proposed));
    await desk.gutter(file, 'reject', 0);
    await desk.gutter(file, 'accept', 0);
    assert.equal(desk.disk(file), mixed(base.replace('six', 'SIX')));
    assert.deepEqual(await desk.states(proposal.id), ['rejected', 'accepted']);
  });

  it('are decided as whole files where they are added, deleted, renamed or no text', async () => {
    const binary = new Uint8Array([0, 1, 2, 255]);
    desk.write('whole/old.txt', base);
    desk.write('whole/gone.txt', base);
    desk.write('whole/picture.bin', binary);
    const more = new Uint8Array([0, 9, 9]);
    const proposal = await desk.propose({
      'whole/added.txt': [null, base],
      'whole/gone.txt': [base, null],
      'whole/moved.txt': {
        path: 'whole/moved.txt',
        from: 'whole/old.txt',
        base: new TextEncoder().encode(base),
        proposed: new TextEncoder().encode(proposed),
        edits: [],
      },
      'whole/picture.bin': [binary, more],
    });
    await desk.reviewInPlace(proposal);
    assert.deepEqual(desk.bytes('whole/added.txt'), null);
    await desk.person.hears(/4 files to decide as a whole/);
    for (const one of (await desk.proposal(proposal.id)).files) {
      await vscode.commands.executeCommand('pantheon.rowAccept', {
        kind: 'proposalFile',
        proposal,
        file: one,
      });
    }
    assert.deepEqual(await desk.states(proposal.id), ['accepted', 'accepted', 'accepted', 'accepted']);
    assert.deepEqual(
      ['added.txt', 'gone.txt', 'old.txt', 'moved.txt', 'picture.bin'].map((name) => {
        const bytes = desk.bytes(`whole/${name}`);
        return bytes === null ? null : Buffer.from(bytes).toString('latin1');
      }),
      [base, null, null, proposed, Buffer.from(more).toString('latin1')],
    );
  });

  it('are decided from their rows in the inbox, all at once or one by one', async () => {
    const proposal = await opened();
    const row = { kind: 'hunk', proposal, file: proposal.files[0], hunk: proposal.files[0]?.hunks[1] };
    desk.person.willPick(/wrong/);
    await vscode.commands.executeCommand('pantheon.rowReject', row);
    assert.deepEqual(await desk.states(proposal.id), ['open', 'rejected']);
    const now = await desk.proposal(proposal.id);
    assert.equal(now.files[0]?.hunks[1]?.reason, 'wrong');
    await vscode.commands.executeCommand('pantheon.rowAccept', { kind: 'proposal', proposal: now });
    assert.deepEqual(await desk.states(proposal.id), ['accepted', 'rejected']);
  });

  it('stay open when the reason is left by Escape', async () => {
    const { id } = await opened();
    await desk.cursor(file, 'TWO');
    await vscode.commands.executeCommand('pantheon.hunk.reject');
    assert.deepEqual(await desk.states(id), ['open', 'open']);
    assert.equal(desk.disk(file), proposed);
  });

  it('are reached by next and previous, decided by code actions, and marked', async () => {
    const { id } = await opened();
    const editor = await desk.cursor(file, 'one');
    await vscode.commands.executeCommand('pantheon.hunk.next');
    assert.equal(editor.selection.active.line, 1);
    await vscode.commands.executeCommand('pantheon.hunk.next');
    assert.equal(editor.selection.active.line, 6);
    await vscode.commands.executeCommand('pantheon.hunk.previous');
    assert.equal(editor.selection.active.line, 1);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      desk.uri(file),
      new vscode.Range(1, 0, 1, 0),
    );
    const accept = actions.find(({ title }) => title === 'Pantheon: Accept this hunk');
    assert.ok(accept?.command !== undefined);
    await vscode.commands.executeCommand(accept.command.command, ...(accept.command.arguments ?? []));
    assert.deepEqual(await desk.states(id), ['accepted', 'open']);
    const none = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      desk.uri(file),
      new vscode.Range(1, 0, 1, 0),
    );
    assert.deepEqual(
      none.filter(({ title }) => title.startsWith('Pantheon')),
      [],
    );
  });

  it('belong to the window that holds the file unsaved; the others wait', async () => {
    const { id } = await opened();
    const other = await desk.secondWindow();
    const theirs = proposed.replace('four', 'four, theirs');
    const told = until(
      () => (desk.open(file).length === 0 ? true : undefined),
      desk.api.reviewing.files.onDidChange,
    );
    assert.equal((await other.report(file, theirs)).owned, true);
    await told;
    assert.equal(desk.api.reviewing.files.at(desk.uri(file))?.isElsewhere, true);
    const row = { kind: 'proposal', proposal: await desk.proposal(id) };
    await vscode.commands.executeCommand('pantheon.rowAccept', row);
    await desk.person.hears(/unsaved changes/);
    assert.deepEqual(await desk.states(id), ['open', 'open']);
    desk.write(file, theirs);
    await other.report(file, null);
    await desk.untilShown(file, theirs);
    await until(
      () => (desk.open(file).length === 2 ? true : undefined),
      desk.api.reviewing.files.onDidChange,
    );
    assert.deepEqual(await desk.gutter(file, 'accept', 0), [`${id}.1`]);
    other.close();
  });

  it('are free again when the window that held them unsaved is closed', async () => {
    const { id } = await opened();
    const other = await desk.secondWindow();
    await other.report(file, proposed.replace('four', 'four, theirs'));
    await until(
      () => (desk.open(file).length === 0 ? true : undefined),
      desk.api.reviewing.files.onDidChange,
    );
    other.close();
    await until(
      () => (desk.open(file).length === 2 ? true : undefined),
      desk.api.reviewing.files.onDidChange,
    );
    assert.deepEqual(await desk.gutter(file, 'reject', 0), [`${id}.1`]);
    assert.equal(desk.disk(file), base.replace('six', 'SIX'));
  });

  it('lose nothing that is typed while a decision is on its way', async () => {
    const { id } = await opened();
    await desk.type(file, 'four', 'four, mine');
    const deciding = desk.gutter(file, 'reject', 0);
    await desk.type(file, 'five', 'five, mine too');
    await deciding;
    const text = await desk.shown(file);
    assert.match(text, /four, mine\n/);
    assert.match(text, /five, mine too\n/);
    const [first] = await desk.states(id);
    // Either it was rejected before the typing, or it is still open and says so; never anything between.
    assert.equal(text.includes('TWO'), first === 'open');
    assert.equal(await desk.base(file), base.replace('four', 'four, mine').replace('five', 'five, mine too'));
  });

  it('are asked for again when the person types before the answer is there, and never torn', async () => {
    const { id } = await opened();
    await desk.type(file, 'four', 'four, mine');
    const { link } = desk.api;
    const act = link.act.bind(link);
    let answers = 0;
    // The person is quicker than the first answer, in front of the place that it is about.
    link.act = async (method, ...rest) => {
      const answer = await act(method, ...rest);
      if (method === 'review.decide' && (answers += 1) === 1) await desk.insert(file, 'one', 'zero\n');
      return answer;
    };
    try {
      assert.deepEqual(await desk.gutter(file, 'reject', 0), [`${id}.1`]);
    } finally {
      link.act = act;
    }
    assert.equal(answers, 2);
    const mine = (text: string) => `zero\n${text.replace('four', 'four, mine')}`;
    assert.equal(await desk.shown(file), mine(base.replace('six', 'SIX')));
    assert.equal(await desk.base(file), mine(base));
    assert.deepEqual(await desk.states(id), ['rejected', 'open']);
  });

  it('are recorded with the way of each decision, and with what was seen', async () => {
    const proposal = await opened();
    const { id } = proposal;
    await desk.gutter(file, 'accept', 0);
    desk.person.willPick(/own words/);
    desk.person.willSay('not like this');
    await desk.cursor(file, 'SIX');
    await vscode.commands.executeCommand('pantheon.hunk.reject');
    const events = await desk.withData((_, all) =>
      Promise.resolve(all().filter(({ stream }) => stream === `review/${id}`)),
    );
    const bodies = (type: string) =>
      events.filter((event) => event.type === type).map(({ body }) => body as Record<string, unknown>);
    assert.deepEqual(
      bodies('hunk.decided').map(({ hunk, way, rank }) => [hunk, way, typeof rank]),
      [
        [`${id}.1`, 'gutter', 'number'],
        [`${id}.2`, 'keyboard', 'number'],
      ],
    );
    const seen = await desk.seen(id);
    assert.ok(seen.includes(`opened ${id}`), seen.join());
    assert.ok(seen.includes(`shown ${id}.1`), seen.join());
    assert.equal((await desk.proposal(id)).files[0]?.hunks[1]?.reason, 'not like this');
  });

  it('are recorded as looked at, and their evidence too, before anything is decided', async () => {
    const evidence = {
      check: 'suite',
      command: ['npm', 'test'],
      exitCode: 0,
      testsFixed: ['words'],
      testsBroken: [],
      tree: 'a'.repeat(40),
      durationMs: 5,
      passed: true,
      repeats: 1,
      sandboxed: true,
    };
    const all = { baseStart: 0, baseEnd: 7, evidence: [evidence], dependsOn: [] };
    const edits = [{ key: 'mend', title: `${file} words`, ...all }];
    const proposal = await desk.propose({
      [file]: { path: file, base: bytes(base), proposed: bytes(proposed), edits },
    });
    const { id } = proposal;
    const { inbox } = desk.api.trees;
    const [edited] = proposal.files;
    const [hunk, other] = edited?.hunks ?? [];
    assert.ok(edited !== undefined && hunk !== undefined && other !== undefined);
    await vscode.commands.executeCommand('pantheon.lookFirst', { kind: 'proposal', proposal });
    const row = { kind: 'hunk', proposal, file: edited, hunk } as const;
    const item = inbox.getTreeItem(row);
    assert.equal(item.tooltip, undefined, 'made when it is asked for');
    const said = inbox.resolveTreeItem(item, row).tooltip;
    assert.match(said instanceof vscode.MarkdownString ? said.value : '', /fixes “words”, breaks nothing/);
    assert.deepEqual(await desk.seen(id), [`opened ${id}`, `evidence-opened ${hunk.id}`]);
    await vscode.commands.executeCommand('pantheon.showHunk', { ...row, hunk: other });
    assert.deepEqual((await desk.seen(id)).slice(2), [`shown ${other.id}`]);
    assert.equal(desk.disk(file), base);
  });

  it('are decided although the runner was killed and is only being started again', async () => {
    const { id } = await opened();
    const { pid } = await desk.api.link.act('daemon.status', {});
    process.kill(pid ?? 0, 'SIGKILL');
    await until(() => (desk.api.link.state === 'ready' ? undefined : true), desk.api.link.onDidChangeState);
    await desk.type(file, 'four', 'four, while it was away');
    assert.equal(await desk.base(file), base.replace('four', 'four, while it was away'));
    assert.deepEqual(await desk.gutter(file, 'reject', 0), [`${id}.1`]);
    assert.equal(
      await desk.shown(file),
      base.replace('six', 'SIX').replace('four', 'four, while it was away'),
    );
    assert.deepEqual(await desk.states(id), ['rejected', 'open']);
  });
});
