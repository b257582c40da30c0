/** One prompt with what is needed to judge an answer. `visible` calls are the tests a run has, `hidden` ones are held out. */
export type Item = {
  readonly id: string;
  readonly set: 'unseen' | 'seen' | 'demo';
  readonly slip: string | null;
  readonly prompt: string;
  readonly answer: string;
  readonly unit: string;
  readonly right: string;
  readonly name: string;
  readonly around?: string;
  readonly visible: readonly string[];
  readonly hidden: readonly string[];
};
