import type { Context, Runnable } from 'mocha';

/**
 * Leaves a test or a suite out because this machine lacks something, and says what. Where continuous integration can
 * install it (`installable`), being left out there is a failure: nothing may go missing unseen.
 */
export function leaveOut(context: Context, why: string, options: { readonly installable: boolean }): never {
  if (options.installable && process.env['CI'] === 'true') {
    throw new Error(`Left out although it can be installed here: ${why}`);
  }
  const { test: running } = context;
  const runnable = context.currentTest ?? running;
  if (runnable !== undefined) note(runnable, why);
  // A hook before all tests of a suite leaves all of them out.
  const isHook = (running as { readonly type?: string } | undefined)?.type === 'hook';
  if (isHook) runnable?.parent?.eachTest((test) => note(test, why));
  context.skip();
}

/** For the reporter, also where the test ran in another process than it: what is told from there is what `serialize` gives. */
function note(runnable: Runnable, why: string): void {
  const own = runnable as Runnable & { serialize?: () => object };
  const serialize = own.serialize?.bind(own);
  Object.assign(own, {
    leftOutBecause: why,
    ...(serialize === undefined ? {} : { serialize: () => ({ ...serialize(), leftOutBecause: why }) }),
  });
}
