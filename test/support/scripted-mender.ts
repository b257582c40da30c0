import { demoTruth } from '../fixtures/demo-project.ts';
import { startScriptedOllama, type ScriptedOllama } from './scripted-ollama/index.ts';

const numbered = /^\s*\d+\| ?/;

/**
 * A model server whose model `mender` knows the slips of the demo project: it answers with the right line, and one sample in
 * three with a line that changes nothing. For everything around the model; what the real one can do is measured elsewhere.
 */
export function startScriptedMender(): Promise<ScriptedOllama> {
  const { slips } = demoTruth();
  return startScriptedOllama({
    models: [{ name: 'mender' }],
    answer: ({ prompt, options }) => {
      const lines = prompt.split('\n').map((line) => line.replace(numbered, ''));
      for (const { wrong, right } of slips) {
        const at = lines.findIndex((line) => line.trim() === wrong.trim());
        const line = lines[at];
        if (line === undefined) continue;
        const indent = /^\s*/.exec(line)?.[0] ?? '';
        const isUseless = Number(options['seed'] ?? 0) % 3 === 1;
        return `${at + 1}| ${isUseless ? `${line} // the same` : `${indent}${right.trim()}`}`;
      }
      return 'ok';
    },
  });
}
