import type { Command } from 'commander';

import { UserError } from '../../common/index.ts';
import type { DoctorView } from '../../protocol/index.ts';
import type { Act, Cli } from '../cli.ts';

export function registerDoctor(program: Command, act: Act): void {
  program
    .command('doctor')
    .description('check this machine: model servers, models, git, sandbox, data folder')
    .action(() => act(doctor));
}

async function doctor(cli: Cli): Promise<number> {
  const view = await look(cli);
  cli.out.result(view, () =>
    view.lines
      .map((line) => {
        const style = ({ ok: 'green', warn: 'yellow', mend: 'red' } as const)[line.state];
        const head = `${cli.out.style(style, line.state.padEnd(4))}  ${line.name}: ${line.text}`;
        return line.remedy === undefined ? head : `${head}\n      → ${line.remedy}`;
      })
      .join('\n'),
  );
  return view.lines.some(({ state }) => state === 'mend') ? 3 : 0;
}

/** When the daemon cannot start, that is the finding. */
async function look(cli: Cli): Promise<DoctorView> {
  try {
    const daemon = await cli.daemon();
    return await daemon.call('doctor', { workspace: cli.workspace }, cli.signal);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      schema: 'pantheon.doctor/1',
      lines: [{ name: 'Background runner', state: 'mend', text: error.message, remedy: error.remedy }],
    };
  }
}
