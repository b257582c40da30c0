import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { RealOllama } from '../../models/support/real-ollama.ts';

const AGENT = new URL('../../../agents/mender/', import.meta.url);

/** The shipped Modelfile without its FROM line, which stands first. */
export function shippedModelfile(): string {
  const lines = readFileSync(new URL('Modelfile', AGENT), 'utf8').split('\n');
  const [from, ...rest] = lines.filter((line) => !line.startsWith('#'));
  if (from !== 'FROM ./model.gguf') throw new Error(`The Modelfile begins with "${from}".`);
  return rest.join('\n');
}

/** Imports the specialist into an Ollama as the shipped Modelfile does, under a name. */
export function importInto(ollama: RealOllama, name: string): Promise<void> {
  return ollama.create(name, fileURLToPath(new URL('model.gguf', AGENT)), shippedModelfile());
}
