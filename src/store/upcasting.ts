import type { StoredEvent, Upcaster } from './types.ts';

/** Brings an event to the newest version of its type. */
export type Upcast = (event: StoredEvent) => StoredEvent;

/** Chains upcasters per type: version 1 to 2, 2 to 3 … Throws if two claim the same step. */
export function upcastWith(upcasters: readonly Upcaster[]): Upcast {
  const steps = new Map<string, Upcaster>();
  const types = new Set<string>();
  for (const step of upcasters) {
    const key = `${step.type} ${step.from}`;
    if (steps.has(key)) throw new Error(`two upcasters for ${step.type} from version ${step.from}`);
    steps.set(key, step);
    types.add(step.type);
  }
  return (event) => {
    if (!types.has(event.type)) return event;
    let { v, body } = event;
    for (
      let step = steps.get(`${event.type} ${v}`);
      step !== undefined;
      step = steps.get(`${event.type} ${v}`)
    ) {
      body = step.upcast(body);
      v += 1;
    }
    return { ...event, v, body };
  };
}
