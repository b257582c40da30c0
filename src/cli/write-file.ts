import { writeFile } from 'node:fs/promises';

import { messageOf, UserError } from '../common/index.ts';

/** Writes what a person asked to have in a file; the message says why where that cannot be. */
export async function writeAskedFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new UserError(
      'cannot-write',
      `${file} cannot be written: ${messageOf(error)}.`,
      'Name another file.',
      { exitCode: 2, cause: error },
    );
  }
}
