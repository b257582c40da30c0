// Starts an embedded server and waits to be killed: `node owner.ts ENTRY MODEL`. Says the server's process id.
import { systemClock } from '../../../src/common/index.ts';
import { EmbeddedServer } from '../../../src/models/index.ts';

const [, , entry = '', path = ''] = process.argv;
const embedded = new EmbeddedServer({
  node: process.execPath,
  entry,
  files: [{ name: 'chain', path }],
  version: '1.2.3',
  clock: systemClock,
});
await embedded.locate(AbortSignal.timeout(60_000));
process.stdout.write(`${embedded.pid}\n`);
