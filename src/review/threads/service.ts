import { UserError, type Clock, type Json } from '../../common/index.ts';
import type { ThreadView } from '../../protocol/index.ts';
import type { Store } from '../../store/index.ts';
import { splitLines } from '../../text/index.ts';
import { pathProblem } from '../../workspace/index.ts';
import { CurrentTexts, type CurrentText } from '../current-texts.ts';
import type { Findings } from '../findings.ts';
import { newThreadId, proposalOf } from '../ids.ts';
import type { Rows } from '../rows.ts';
import type { BufferText, EditorChange } from '../types.ts';
import { anchorAt, placeAmongHunks, wholeFile, withLines, type Anchor, type Lines } from './anchor.ts';
import { storedThread, threadStream, type ThreadEvent } from './events.ts';
import { ThreadRows } from './rows.ts';
import { findingSubject, ownSubject, textIn, type Subject } from './subject.ts';
import type { ThreadPlace, Threads } from './types.ts';

/** Threads over a store whose projectors include `threadsProjector`. */
export class ThreadService implements Threads {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #reviewRows: Rows;
  readonly #rows: ThreadRows;
  readonly #findings: Pick<Findings, 'decideFinding' | 'resolve'>;

  constructor(
    store: Store,
    clock: Clock,
    reviewRows: Rows,
    findings: Pick<Findings, 'decideFinding' | 'resolve'>,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#reviewRows = reviewRows;
    this.#rows = new ThreadRows(store);
    this.#findings = findings;
  }

  list({ workspaceRoot: root, paths, unsaved = [] }: Parameters<Threads['list']>[0]): readonly ThreadView[] {
    const wanted = (path: string) => paths === undefined || paths.includes(path);
    const texts = new CurrentTexts(this.#reviewRows, root, unsaved);
    const own = this.#rows.threads(root).filter(({ path }) => wanted(path));
    const subjects = [
      ...own.map((row) => ownSubject(this.#store, row)),
      ...this.#reviewRows
        .proposals(root)
        .filter(({ superseded_by }) => superseded_by === null)
        .flatMap((row) => {
          const { findings } = this.#reviewRows.record(row);
          const states = new Map(this.#reviewRows.findings(row.id).map(({ id, state }) => [id, state]));
          return findings
            .filter(({ path }) => wanted(path))
            .map((finding) => findingSubject(row, finding, findings, states.get(finding.id) ?? 'open'));
        }),
    ];
    return subjects.map((subject) => this.#viewOf(subject, texts)).toSorted(byPlace);
  }

  view(thread: string, unsaved: readonly BufferText[] = []): ThreadView {
    const subject = this.#subject(thread);
    return this.#viewOf(subject, new CurrentTexts(this.#reviewRows, subject.root, unsaved));
  }

  base(thread: string): string | null {
    const { text } = this.#subject(thread);
    return (text === null ? undefined : textIn(this.#store, text)) ?? null;
  }

  create(input: Parameters<Threads['create']>[0]): ThreadView {
    const before = this.#before(input.commandId, 'thread.made') as { readonly id: string } | undefined;
    if (before !== undefined) return this.view(before.id);
    const { workspaceRoot: root, path, lines, words } = input;
    const problem = pathProblem(path);
    if (problem !== undefined)
      throw new UserError(
        'bad-path',
        `${path} is no file of the workspace: ${problem}.`,
        'Name a file in it.',
      );
    const text = input.text ?? new CurrentTexts(this.#reviewRows, root).of(path)?.text;
    if (text === undefined) {
      throw new UserError('not-text', `${path} cannot be read as text.`, 'Comment on a text file.');
    }
    const anchor = lines === undefined ? wholeFile : anchorAt(text, lines);
    if (anchor === undefined) {
      throw new UserError(
        'no-such-lines',
        `${path} has no line ${(lines?.endLine ?? 0) + 1}.`,
        'Choose lines of the file.',
      );
    }
    const id = newThreadId(this.#clock.now());
    const keep = (content: string) => this.#store.putContent(content, { owner: id });
    this.#append(
      {
        type: 'thread.made',
        body: {
          id,
          root,
          path,
          anchor: keep(JSON.stringify(anchor)),
          text: keep(text),
          words: keep(words),
        },
      },
      input.commandId,
    );
    return this.view(id, input.text === undefined ? [] : [{ path, text: input.text }]);
  }

  reply({ thread, words, commandId }: Parameters<Threads['reply']>[0]): void {
    const { id, owner } = this.#subject(thread);
    const content = this.#store.putContent(words, { owner });
    this.#append({ type: 'thread.replied', body: { id, words: content } }, commandId);
  }

  async decide(input: Parameters<Threads['decide']>[0], signal: AbortSignal): Promise<EditorChange> {
    const { id, finding } = this.#subject(input.thread);
    const { decision, commandId, words, unsaved = [] } = input;
    if (finding !== undefined) {
      const common = { finding: id, decision, commandId, unsaved };
      return await this.#findings.decideFinding(
        { ...common, ...(words === undefined ? {} : { words }) },
        signal,
      );
    }
    if (decision === 'apply' || decision === 'dismiss') {
      throw new UserError(
        'no-suggestion',
        'This thread is a conversation and suggests no change.',
        'Resolve it, or ask an agent to make the change.',
        { exitCode: 1 },
      );
    }
    const to = decision === 'resolve' ? 'resolved' : 'open';
    this.#append({ type: 'thread.turned', body: { id, to } }, commandId);
    return { files: [], edits: [], refused: [] };
  }

  place(thread: string, given?: string): ThreadPlace {
    const subject = this.#subject(thread);
    const { root, path } = subject;
    const fileText = given ?? new CurrentTexts(this.#reviewRows, root).of(path)?.text;
    const lines =
      fileText === undefined ? undefined : this.#linesNow(subject, { text: fileText, original: fileText });
    if (fileText === undefined || lines === undefined) {
      throw new UserError(
        'outdated',
        `The lines of this thread in ${path} changed, are not saved, or belong to a hunk that is not decided.`,
        'Save the file, decide the hunk, or begin a new thread where the lines are now.',
        { exitCode: 1 },
      );
    }
    const comments = this.#comments(subject);
    const agent = comments.findLast((comment) => comment.agent !== undefined)?.agent;
    const conversation = comments.map((each) => `${each.agent ?? 'You'}: ${each.text}`).join('\n\n');
    const place = subject.isWhole ? allLines(fileText) : lines;
    return { root, path, fileText, ...place, ...(agent === undefined ? {} : { agent }), conversation };
  }

  ask({ thread, run, agent, words, commandId }: Parameters<Threads['ask']>[0]) {
    const before = this.#before(commandId, 'thread.asked') as { readonly run: string } | undefined;
    if (before !== undefined) return { run: before.run, repeated: true };
    const { id, owner } = this.#subject(thread);
    const content = words === undefined ? {} : { words: this.#store.putContent(words, { owner }) };
    this.#append({ type: 'thread.asked', body: { id, run, agent, ...content } }, commandId);
    return { run, repeated: false };
  }

  answer({ run, words, outcome, proposals }: Parameters<Threads['answer']>[0]): void {
    const ask = this.#rows.ask(run);
    if (ask === undefined || ask.outcome !== null) return;
    const { id, owner } = this.#subject(ask.thread);
    const content = this.#store.putContent(words, { owner });
    const body = { id, run, agent: ask.agent, words: content, outcome, proposals };
    this.#append({ type: 'thread.answered', body }, `answer/${run}`);
  }

  resolveAccepted(): void {
    for (const { thread, hunk } of this.#rows.acceptedHunks()) {
      const commandId = `accepted/${hunk}`;
      if (this.#store.ofCommand(commandId) !== undefined) continue;
      const { id, finding, owner } = this.#subject(thread);
      if (finding === undefined)
        this.#append({ type: 'thread.turned', body: { id, to: 'resolved' } }, commandId);
      else this.#findings.resolve(owner, id, commandId);
    }
  }

  waiting() {
    return this.#rows.waiting().map(({ thread, run, agent }) => ({ thread, run, agent }));
  }

  #append(event: ThreadEvent, commandId: string): void {
    this.#store.append(threadStream(event.body.id), [storedThread(event)], {
      actor: event.type === 'thread.answered' ? 'runner' : 'person',
      durability: 'decision',
      expected: 'any',
      commandId,
    });
  }

  /** The body of the event with which a command was answered when it came first. */
  #before(commandId: string, type: ThreadEvent['type']): Json | undefined {
    return this.#store.ofCommand(commandId)?.find((each) => each.type === type)?.body;
  }

  /** @throws UserError `no-such-thread`. */
  #subject(id: string): Subject {
    const own = this.#rows.thread(id);
    if (own !== undefined) return ownSubject(this.#store, own);
    const row = this.#reviewRows.proposal(proposalOf(id));
    const { findings } = row === undefined ? { findings: [] } : this.#reviewRows.record(row);
    const finding = findings.find((each) => each.id === id);
    if (row !== undefined && finding !== undefined) {
      return findingSubject(row, finding, findings, this.#reviewRows.finding(id)?.state ?? 'open');
    }
    throw new UserError('no-such-thread', `There is no thread ${id}.`, 'See: pantheon inbox', {
      exitCode: 2,
    });
  }

  #viewOf(subject: Subject, texts: CurrentTexts): ThreadView {
    const { id, root, path, finding, state } = subject;
    const now = texts.of(path);
    const place = now === undefined ? undefined : this.#linesNow(subject, now);
    const asks = this.#rows.asks(id);
    const waiting = asks.find(({ outcome }) => outcome === null);
    const { line, endLine } = place ?? subject.lines;
    return {
      id,
      workspace: root,
      path,
      line,
      endLine,
      placed: place !== undefined,
      ...(subject.isWhole ? { wholeFile: true as const } : {}),
      state: state === 'open' && place === undefined ? 'outdated' : state,
      comments: [...this.#comments(subject)],
      ...(finding === undefined ? {} : { finding: this.#findingView(subject, finding) }),
      ...(waiting === undefined ? {} : { waiting: { run: waiting.run, agent: waiting.agent } }),
      proposals: asks.flatMap(({ proposals }) => JSON.parse(proposals) as string[]),
      createdAt: new Date(subject.at).toISOString(),
    };
  }

  #findingView(subject: Subject, finding: NonNullable<Subject['finding']>): ThreadView['finding'] {
    const replaces = finding.suggestion === undefined ? undefined : this.#anchor(subject)?.text;
    return { ...finding, ...(replaces === undefined ? {} : { replaces }) };
  }

  #comments({ id, first }: Subject): ThreadView['comments'] {
    const said = this.#rows.comments(id).map(({ seq, agent, words, at }) => ({
      id: `c${seq}`,
      ...(agent === null ? {} : { agent }),
      text: this.#store.getText(words) ?? 'This was erased.',
      at: new Date(at).toISOString(),
    }));
    return first === undefined ? said : [first, ...said];
  }

  #linesNow(subject: Subject, now: CurrentText): Lines | undefined {
    if (subject.isWhole) return { line: 0, endLine: 0 };
    const anchor = this.#anchor(subject);
    const base = subject.text === null ? undefined : textIn(this.#store, subject.text);
    if (anchor === undefined) return undefined;
    const suggestion = subject.state === 'applied' ? subject.finding?.suggestion : undefined;
    if (suggestion === undefined || base === undefined) return placeAmongHunks(anchor, base, now);
    // What was applied stands in the place of what it was made for.
    const after = withLines(base, subject.lines, suggestion);
    const applied = anchorAt(after.text, after.lines);
    return applied === undefined ? undefined : placeAmongHunks(applied, after.text, now);
  }

  #anchor({ anchor, text, lines }: Subject): Anchor | undefined {
    if (anchor !== undefined) return anchor;
    const base = text === null ? undefined : textIn(this.#store, text);
    return base === undefined ? undefined : anchorAt(base, lines);
  }
}

function allLines(text: string): Lines {
  return { line: 0, endLine: Math.max(1, splitLines(text).length) - 1 };
}

function byPlace(a: ThreadView, b: ThreadView): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.line - b.line || (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0);
}
