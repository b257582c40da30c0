'use strict';
// Mocha's spec reporter, closing with the one line that continuous integration reads.
const { reporters } = require('mocha');

class ClosingReporter extends reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
  }
}

module.exports = ClosingReporter;
