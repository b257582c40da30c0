import { Option, type Command } from 'commander';

import { UserError } from '../../common/index.ts';
import type { QueueView } from '../../protocol/index.ts';
import type { Act, Cli } from '../cli.ts';
import { parseInputs } from '../inputs.ts';
import { readTime } from '../times.ts';
import { findInputs } from './run.ts';

const collect = (value: string, before: string[]) => [...before, value];

interface AddOptions {
  readonly input: string[];
  readonly at?: string;
  readonly window?: string;
  readonly cron?: string;
  readonly priority: string;
}

export function registerQueue(program: Command, act: Act): void {
  const queue = program.command('queue').description('what waits for tonight');
  queue
    .command('add <flow>')
    .description('queue a flow, or agents/NAME, for tonight')
    .option('--input <key=value>', 'an input; repeat for more', collect, [] as string[])
    .option('--at <time>', 'not before this time: 23:30, or 2030-01-31T23:30')
    .option('--window <hours>', 'only in these hours: 22:00-07:00')
    .addOption(new Option('--cron <pattern>', 'again and again, for example "0 1 * * 1-5"').conflicts('at'))
    .option('--priority <n>', 'higher goes first', '0')
    .action((flow: string, options: AddOptions) => act((cli) => add(cli, flow, options)));
  queue
    .command('list', { isDefault: true })
    .description('what waits')
    .action(() => act(list));
  queue
    .command('move <item> <priority>')
    .description('change the priority of an item')
    .action((item: string, priority: string) =>
      act((cli) => change(cli, 'queue.move', { item, priority: wholeNumber(priority) })),
    );
  for (const [name, description] of [
    ['remove', 'take an item out'],
    ['pause', 'hold an item, or the whole queue'],
    ['resume', 'let it go on'],
  ] as const) {
    queue
      .command(name === 'remove' ? 'remove <item>' : `${name} [item]`)
      .description(description)
      .action((item: string | undefined) =>
        act((cli) => change(cli, `queue.${name}`, item === undefined ? {} : { item })),
      );
  }
}

async function add(cli: Cli, flow: string, options: AddOptions): Promise<number> {
  const daemon = await cli.daemon();
  const inputs = parseInputs(options.input, await findInputs(cli, flow));
  const queued = await daemon.call(
    'run.start',
    {
      commandId: cli.commandId(),
      workspace: cli.workspace,
      flow,
      inputs,
      priority: 'night',
      rank: wholeNumber(options.priority),
      when: {
        ...(options.at === undefined ? {} : { notBefore: readTime(options.at, new Date()).toISOString() }),
        ...(options.window === undefined ? {} : { window: options.window }),
        ...(options.cron === undefined ? {} : { cron: options.cron }),
      },
      env: cli.environment(),
    },
    cli.signal,
  );
  const view = await daemon.call('queue.list', {}, cli.signal);
  cli.out.result(view, () => {
    const item = view.items.find(({ id }) => id === queued.item.id) ?? queued.item;
    return [
      `Queued ${flow} as ${item.id}${item.waitingFor === undefined ? '' : `: ${item.waitingFor}`}.`,
      'The machine must stay on. After a restart of it, any pantheon command brings the queue back.',
    ].join('\n');
  });
  return 0;
}

async function list(cli: Cli): Promise<number> {
  show(cli, await (await cli.daemon()).call('queue.list', {}, cli.signal));
  return 0;
}

type Change = 'queue.move' | 'queue.remove' | 'queue.pause' | 'queue.resume';

async function change(
  cli: Cli,
  method: Change,
  params: { item?: string; priority?: number },
): Promise<number> {
  const daemon = await cli.daemon();
  const commandId = cli.commandId();
  const all = { item: params.item ?? '', priority: params.priority ?? 0, commandId };
  const some = params.item === undefined ? { commandId } : { item: params.item, commandId };
  const view =
    method === 'queue.pause' || method === 'queue.resume'
      ? await daemon.call(method, some, cli.signal)
      : await daemon.call(method, all, cli.signal);
  show(cli, view);
  return 0;
}

function show(cli: Cli, view: QueueView): void {
  const here = cli.workspace;
  cli.out.result(view, () => {
    const state = view.paused ? 'The queue is paused. `pantheon queue resume` lets it go on.' : '';
    if (view.items.length === 0) {
      return [state, 'Nothing is queued. `pantheon queue add mend-failing-tests` plans a night.']
        .filter(Boolean)
        .join('\n');
    }
    // The queue is the machine's: whose an item is matters where it is not this project's.
    const isMixed = view.items.some(({ workspace }) => workspace !== here);
    const rows = view.items.map((item) => [
      item.id,
      item.flow,
      ...(isMixed ? [item.workspace] : []),
      String(item.priority),
      item.state,
      item.waitingFor ?? item.cron ?? item.window ?? '',
    ]);
    return [
      state,
      cli.out.table([
        ['ITEM', 'FLOW', ...(isMixed ? ['PROJECT'] : []), 'PRIORITY', 'STATE', 'WHEN'],
        ...rows,
      ]),
    ]
      .filter(Boolean)
      .join('\n');
  });
}

function wholeNumber(text: string): number {
  if (!/^-?\d{1,6}$/.test(text)) {
    throw new UserError(
      'bad-priority',
      `"${text}" is not a whole number.`,
      'Higher numbers go first; 0 is usual.',
      {
        exitCode: 2,
      },
    );
  }
  return Number(text);
}
