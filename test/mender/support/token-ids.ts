// A process of its own: the token ids of each prompt of a file, by the runtime that the embedded server uses.
import { readFileSync } from 'node:fs';

import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

import { LoadedModel } from '../../../src/models/embedded/loaded-model.ts';

const [model = '', prompts = ''] = process.argv.slice(2);
const llama = await getLlama({
  gpu: false,
  build: 'never',
  skipDownload: true,
  logLevel: LlamaLogLevel.error,
});
const loaded = await LoadedModel.load(llama, model, 512, { threads: 1, parallel: 1, large: false });
const ids = readFileSync(prompts, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly prompt: string })
  .map(({ prompt }) => loaded.tokensOf([{ role: 'user', content: prompt }]));
process.stdout.write(JSON.stringify(ids));
await llama.dispose();
