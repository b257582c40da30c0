/** Runs one suite of this folder and prints its figures as JSON. Argument: its file name without `.ts`. */
import type { Suite } from './harness.ts';

const [name = ''] = process.argv.slice(2);
const { suite } = (await import(new URL(`${name}.ts`, import.meta.url).href)) as { readonly suite: Suite };
console.error(`${name}: ${suite.about}`);
process.stdout.write(JSON.stringify(await suite.run()));
