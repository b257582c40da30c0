export { callTraces, learnProjectors, type CallTrace } from './call-records.ts';
