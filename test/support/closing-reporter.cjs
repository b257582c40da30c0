'use strict';
// Mocha's spec reporter, closing with the one line that continuous integration reads. With PANTHEON_TEST_SUMMARY it
// writes its counts, what was left out and what failed to that file instead, for the runner that adds suites up.
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

class ClosingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    this.leftOut = [];
    this.failed = [];
    runner.on('fail', (test, error) => this.failed.push({ title: test.fullTitle(), error: textOf(error) }));
    runner.on('pending', (test) =>
      this.leftOut.push({ title: test.fullTitle(), why: test.leftOutBecause ?? 'no reason given' }),
    );
  }

  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    const file = process.env.PANTHEON_TEST_SUMMARY;
    if (file === undefined)
      process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
    else
      writeFileSync(
        file,
        JSON.stringify({
          passed: passes,
          failed: failures,
          skipped: this.leftOut,
          failures: this.failed,
        }),
      );
  }
}

/** The message, for an assertion with what was expected and found, and where it was made. */
function textOf(error) {
  // An error from another process has the fields of one and is none.
  return error?.stack ?? error?.message ?? String(error);
}

module.exports = ClosingReporter;
