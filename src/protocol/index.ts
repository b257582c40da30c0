export * from './documents.ts';
export * from './editing.ts';
export * from './home.ts';
export * from './method.ts';
export * from './methods.ts';
export * from './shapes.ts';
export * from './threads.ts';
export * from './trace.ts';
