import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { removeFolder, temporaryFolder } from '../testing/fixture.ts';
import { Keeper } from './client.ts';
import { CappedOutput } from './output.ts';
import { membersOf, readProcesses } from './process-table.ts';
import { endSurvivors, recordsFolder, unknownProcess, writeRecord } from './record.ts';

const signal = new AbortController().signal;
const file = fileURLToPath(new URL('./main.ts', import.meta.url));
const clientUrl = new URL('./client.ts', import.meta.url).href;

describe('the keeper of commands', () => {
  let base: string;
  let box: string;
  const owners: ChildProcess[] = [];
  const keepers: Keeper[] = [];
  beforeEach(() => {
    base = temporaryFolder();
    box = path.join(base, 'box');
    mkdirSync(path.join(box, 'work'), { recursive: true });
    mkdirSync(path.join(box, 'tmp'));
  });
  afterEach(async () => {
    await Promise.all(keepers.splice(0).map((keeper) => keeper.dispose()));
    owners.splice(0).forEach((owner) => owner.kill('SIGKILL'));
    assert.deepEqual(inBox(), []);
    removeFolder(base);
  });
  const newKeeper = () => {
    const keeper = new Keeper({ node: process.execPath, file }, base);
    keepers.push(keeper);
    return keeper;
  };
  const inBox = () => membersOf({ pid: -1, startTime: '0', box }).map((entry) => entry.pid);
  const command = (script: string, timeoutMs = 60_000) => ({
    argv: ['sh', '-c', script],
    cwd: path.join(box, 'work'),
    env: { PATH: process.env.PATH ?? '', TMPDIR: path.join(box, 'tmp') },
    timeoutMs,
    box,
    contained: false,
  });
  const restless =
    "trap '' TERM HUP INT; (cd / && setsid sh -c \"trap '' TERM HUP; sleep 600; true\" &) ; sleep 600 & echo > ready; while :; do sleep 1; done";

  /** A process of its own that keeps commands; returns it with the pid of its keeper. */
  async function ownerOf(script: string): Promise<{ owner: ChildProcess; keeperPid: number }> {
    const code = `import { Keeper } from ${JSON.stringify(clientUrl)};
      const keeper = new Keeper(${JSON.stringify({ node: process.execPath, file })}, ${JSON.stringify(base)});
      await keeper.run(${JSON.stringify(command(script))}, new AbortController().signal);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
    owners.push(owner);
    await until(() => existsSync(path.join(box, 'work', 'ready')) && inBox().length >= 3);
    const keeperPid = readProcesses().find((entry) => entry.parent === owner.pid)?.pid;
    assert.ok(keeperPid !== undefined);
    return { owner, keeperPid };
  }

  it('ends everything when its owner is killed', async () => {
    const { owner, keeperPid } = await ownerOf(restless);
    owner.kill('SIGKILL');
    await until(() => inBox().length === 0 && !isAlive(keeperPid));
    assert.deepEqual(readdirSync(recordsFolder(base)), []);
  });

  it('leaves a record by which survivors of its own death are ended at the next start', async () => {
    const { owner, keeperPid } = await ownerOf(restless);
    process.kill(keeperPid, 'SIGKILL');
    owner.kill('SIGKILL');
    await until(() => !isAlive(keeperPid));
    assert.ok(inBox().length >= 3);
    assert.equal(await endSurvivors(base), 1);
    assert.deepEqual(inBox(), []);
    assert.equal(await endSurvivors(base), 0);
  });

  it('finds a command whose keeper was killed before it could note its process down', async () => {
    const { argv, cwd, env } = command('echo > ready; sleep 600');
    const orphan = spawn(argv[0] ?? '', argv.slice(1), { cwd, env, stdio: 'ignore', detached: true });
    owners.push(orphan);
    await until(() => existsSync(path.join(box, 'work', 'ready')));
    writeRecord(path.join(recordsFolder(base), 'begun.json'), { ...unknownProcess, box });
    assert.equal(await endSurvivors(base), 1);
    assert.deepEqual(inBox(), []);
    assert.deepEqual(readdirSync(recordsFolder(base)), []);
  });

  it('does not end a process that has got the id of a command since', async () => {
    const innocent = spawn('sleep', ['600']);
    owners.push(innocent);
    const keeper = newKeeper();
    await keeper.run(command('true'), signal);
    await keeper.dispose();
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const record = { pid: innocent.pid, startTime: '1', box, boot };
    writeFileSync(path.join(recordsFolder(base), 'old.json'), JSON.stringify(record));
    writeFileSync(path.join(recordsFolder(base), 'cut.json'), '{"pid": 1');
    assert.equal(await endSurvivors(base), 0);
    assert.ok(isAlive(innocent.pid ?? 0));
    assert.deepEqual(readdirSync(recordsFolder(base)), []);
  });

  it('fails the command when the keeper dies, and starts another for the next', async () => {
    const keeper = newKeeper();
    const running = keeper.run(command('echo > ready; sleep 600'), signal);
    await until(() => existsSync(path.join(box, 'work', 'ready')));
    const pid = readProcesses().find(
      (entry) => entry.parent === process.pid && commandLine(entry.pid).includes('keeper/main.ts'),
    )?.pid;
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGKILL');
    await assert.rejects(running, /keeper of commands ended/);
    assert.deepEqual(inBox(), [], 'what the keeper ran is ended with it');
    assert.equal((await keeper.run(command('echo again'), signal)).stdout, 'again\n');
    await keeper.dispose();
  });

  it('runs commands side by side and ends those that run when it is closed', async () => {
    const keeper = newKeeper();
    const [a, b] = await Promise.all(['a', 'b'].map((name) => keeper.run(command(`echo ${name}`), signal)));
    assert.deepEqual([a?.stdout, b?.stdout], ['a\n', 'b\n']);
    const running = keeper.run(command('echo > ready; sleep 600'), signal);
    await until(() => existsSync(path.join(box, 'work', 'ready')));
    await Promise.all([keeper.dispose(), running]);
    await assert.rejects(keeper.run(command('true'), signal), /closed/);
  });
});

describe('capped output', () => {
  it('keeps both ends and says how much is missing', () => {
    const output = new CappedOutput(4);
    for (const text of ['ab', 'cdef', 'ghi', 'jklmnop']) output.push(Buffer.from(text));
    assert.equal(output.text(), 'abcd\n[… 8 bytes left out …]\nmnop');
    assert.ok(output.truncated);
  });
  it('keeps all of what fits', () => {
    const output = new CappedOutput(4);
    output.push(Buffer.from('abcdefgh'));
    assert.deepEqual([output.text(), output.truncated], ['abcdefgh', false]);
  });
});

function isAlive(pid: number): boolean {
  return readProcesses().some((entry) => entry.pid === pid);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
