import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';

import { messageOf, UserError } from '../common/index.ts';
import type { ServerStatus } from '../models/index.ts';
import type { DoctorView } from '../protocol/index.ts';
import type { SpecSet } from '../spec/index.ts';

type Line = DoctorView['lines'][number];

/** What the doctor looks at, found out by the rooms that know. */
export interface DoctorFacts {
  readonly version: string;
  readonly home: string;
  readonly workspace: string;
  /** Version of git, or the error that says how to get one. */
  readonly git: string | UserError;
  readonly sandbox: { readonly available: boolean; readonly note?: string };
  readonly servers: readonly ServerStatus[];
  readonly specs: SpecSet;
  readonly trusted: boolean;
  /** For each agent: the model and server it would use now, or why it has none. */
  readonly choices: readonly { readonly agent: string; readonly choice: string | UserError }[];
  readonly now: Date;
}

/** Network file systems by the numbers of `statfs(2)`: locks on them are not dependable. */
const networkFileSystems = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x517b, 'SMB'],
  [0x01021997, '9P'],
]);

/** One line for each thing that must be in order, with what to do where it is not. */
export async function examine(facts: DoctorFacts): Promise<DoctorView> {
  return {
    schema: 'pantheon.doctor/1',
    lines: [
      { name: 'Pantheon', state: 'ok', text: `version ${facts.version}, Node ${process.versions.node}` },
      gitLine(facts.git),
      sandboxLine(facts.sandbox),
      await dataLine(facts.home),
      memoryLine(),
      ...facts.servers.map(serverLine),
      ...facts.choices.map(choiceLine),
      specsLine(facts.specs),
      trustLine(facts),
      clockLine(facts.now),
      platformLine(),
    ],
  };
}

function gitLine(git: string | UserError): Line {
  return git instanceof UserError
    ? { name: 'git', state: 'mend', text: git.message, remedy: git.remedy }
    : { name: 'git', state: 'ok', text: git };
}

function sandboxLine(sandbox: DoctorFacts['sandbox']): Line {
  if (sandbox.available) return { name: 'Sandbox', state: 'ok', text: 'bubblewrap; checks have no network' };
  const text = sandbox.note ?? 'none on this platform';
  const isMissing = process.platform === 'linux' && text.includes('not installed');
  return {
    name: 'Sandbox',
    state: 'warn',
    text: `${text}; checks run with your rights`,
    ...(isMissing ? { remedy: 'Install bubblewrap: sudo apt-get install bubblewrap' } : {}),
  };
}

async function dataLine(home: string): Promise<Line> {
  try {
    const info = await statfs(home);
    const network = networkFileSystems.get(info.type);
    if (network !== undefined) {
      return {
        name: 'Data folder',
        state: 'mend',
        text: `${home} is on a network file system (${network}), where locks are not dependable`,
        remedy: 'Set PANTHEON_HOME to a folder on a local disk.',
      };
    }
    const freeMb = Math.floor((info.bavail * info.bsize) / 1e6);
    if (freeMb < 500) {
      return {
        name: 'Data folder',
        state: 'warn',
        text: `${home}, only ${freeMb} MB free`,
        remedy: 'Free some space, or set PANTHEON_HOME to another folder.',
      };
    }
    return { name: 'Data folder', state: 'ok', text: `${home}, ${(freeMb / 1000).toFixed(1)} GB free` };
  } catch (error) {
    return { name: 'Data folder', state: 'warn', text: `${home}: ${messageOf(error)}` };
  }
}

function memoryLine(): Line {
  const gigabytes = totalmem() / 2 ** 30;
  return {
    name: 'Memory',
    state: 'ok',
    text: `${gigabytes.toFixed(1)} GB; a 7B model at 4 bits needs about 6 GB`,
  };
}

function serverLine(status: ServerStatus): Line {
  const name = status.server.kind === 'embedded' ? 'Embedded model server' : `Ollama ${status.server.url}`;
  if (status.problem === undefined) {
    const models = status.models.map((model) => model.name).join(', ');
    return {
      name,
      state: 'ok',
      text: `version ${status.version ?? 'unknown'}; ${models === '' ? 'no models' : models}`,
    };
  }
  // Ollama is optional: the embedded server does the bundled work.
  return {
    name,
    state: status.server.kind === 'embedded' ? 'mend' : 'warn',
    text: status.problem,
    ...(status.server.kind === 'ollama'
      ? {
          remedy:
            'Only needed for larger models: start it with `ollama serve`, or name another address in settings.yaml (servers).',
        }
      : {}),
  };
}

function choiceLine({ agent, choice }: DoctorFacts['choices'][number]): Line {
  const name = `Agent ${agent}`;
  return choice instanceof UserError
    ? { name, state: 'warn', text: choice.message, remedy: choice.remedy }
    : { name, state: 'ok', text: choice };
}

function count(n: number, one: string): string {
  return `${n} ${n === 1 ? one : `${one}s`}`;
}

function specsLine(specs: SpecSet): Line {
  const errors = specs.diagnostics.filter(({ severity }) => severity === 'error').length;
  const text = `${count(specs.agents.size, 'agent')}, ${count(specs.flows.size, 'flow')}`;
  return errors === 0
    ? { name: 'Agents and flows', state: 'ok', text }
    : {
        name: 'Agents and flows',
        state: 'warn',
        text: `${text}, ${count(errors, 'error')}`,
        remedy: 'pantheon validate',
      };
}

function trustLine({ workspace, trusted }: DoctorFacts): Line {
  return trusted
    ? { name: 'Trust', state: 'ok', text: `${workspace} is trusted` }
    : {
        name: 'Trust',
        state: 'warn',
        text: `${workspace} is not trusted, nothing runs there`,
        remedy: 'pantheon trust',
      };
}

function clockLine(now: Date): Line {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const sane = now.getFullYear() >= 2025;
  return {
    name: 'Clock',
    state: sane ? 'ok' : 'mend',
    text: `${now.toISOString()}, time zone ${zone}`,
    ...(sane ? {} : { remedy: 'Set the clock; windows and schedules depend on it.' }),
  };
}

function platformLine(): Line {
  if (process.platform === 'linux') return { name: 'Platform', state: 'ok', text: `Linux ${process.arch}` };
  return {
    name: 'Platform',
    state: 'warn',
    text: `${process.platform} ${process.arch}: this version was never run here by its makers`,
  };
}
