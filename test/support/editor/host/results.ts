/** What a suite in the extension host tells the runner outside, one JSON object a line. */
export type HostMessage =
  | { readonly kind: 'begun'; readonly suite: string }
  | { readonly kind: 'running'; readonly test: string }
  | { readonly kind: 'passed'; readonly test: string; readonly ms: number }
  | { readonly kind: 'failed'; readonly test: string; readonly error: string }
  | { readonly kind: 'left-out'; readonly test: string; readonly why: string }
  | { readonly kind: 'ended' };

/** Variables that the runner sets for the extension host. */
export const hostVariables = {
  /** Port on 127.0.0.1 that hears the messages. */
  port: 'PANTHEON_TEST_HOST_PORT',
  /** Name of the spec. */
  spec: 'PANTHEON_TEST_HOST_SPEC',
  /** Text that titles of tests must have to run. */
  grep: 'PANTHEON_TEST_HOST_GREP',
} as const;
