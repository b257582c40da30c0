import * as z from 'zod';

/** One request of the protocol. A `mutation` carries a `commandId`; repeating it has no second effect. */
export interface Method<P extends z.ZodType, R extends z.ZodType> {
  readonly params: P;
  readonly result: R;
  readonly mutation: boolean;
}

export const query = <P extends z.ZodType, R extends z.ZodType>(params: P, result: R): Method<P, R> => ({
  params,
  result,
  mutation: false,
});

export const mutation = <S extends z.ZodRawShape, R extends z.ZodType>(shape: S, result: R) => ({
  params: z.object({ commandId: z.string().min(8).max(80), ...shape }),
  result,
  mutation: true as const,
});
