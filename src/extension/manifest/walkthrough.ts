import { commandId } from './commands.ts';
import type { CommandName } from './commands.ts';
import { contexts } from './contexts.ts';
import type { Milestone } from './contexts.ts';
import type { WalkthroughStep } from './types.ts';

const step = (
  milestone: Milestone,
  title: string,
  text: string,
  act: [string, CommandName],
): WalkthroughStep => ({
  id: milestone,
  title,
  description: `${text}\n[${act[0]}](command:${commandId(act[1])})`,
  media: { markdown: `media/walkthrough/${milestone}.md` },
  completionEvents: [`onContext:${contexts[milestone]}`],
});

export const walkthrough = {
  id: 'start',
  title: 'A first night with Pantheon',
  description: 'From a model on your own machine to a hunk that you accept in the morning.',
  steps: [
    step(
      'modelServerFound',
      'Find a model server',
      'Pantheon works with models on your own machine: an Ollama server if you have one, and a small built-in model always.',
      ['Look for Model Servers', 'doctor'],
    ),
    step(
      'modelReady',
      'See which model each agent will use',
      'The doctor says for every agent which installed model it takes, and what to install for a better one.',
      ['Run the Doctor', 'doctor'],
    ),
    step(
      'agentRan',
      'Run a first agent',
      'Pick an agent and a file. Nothing in your project changes: what it finds waits in the inbox.',
      ['Run an Agent', 'runAgent'],
    ),
    step(
      'hunkDecided',
      'Decide a hunk',
      'Each hunk shows the tests that it fixes. Accept writes it into the file, Reject leaves the file as it is.',
      ['Open the Inbox', 'openInbox'],
    ),
    step(
      'nightPlanned',
      'Plan a night',
      'Queue a flow for tonight. It runs in its window while you sleep, and a report waits in the morning.',
      ['Queue a Flow for Tonight', 'queueFlow'],
    ),
  ],
} as const;
