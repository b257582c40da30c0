import { callProjector } from './call-records.ts';
import { decisionProjector } from './decision-records.ts';

export { callTraces, type CallTrace } from './call-records.ts';
export { agentFigures, NO_FIGURES, type AgentFigures } from './agent-figures.ts';

/** What the composition root registers with the store. */
export const learnProjectors = [callProjector, decisionProjector];
