export * from './connection.ts';
export * from './runtime-copy.ts';
export * from './start-daemon.ts';
