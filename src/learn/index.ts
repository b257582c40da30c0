export { callTraces, learnProjectors, type CallTrace } from './call-records.ts';
export { agentFigures, type AgentFigures } from './agent-figures.ts';
