import * as z from 'zod';

/** The part of Ollama's requests that the embedded server understands. Unknown members are ignored, as Ollama does. */
export const chatRequest = z.object({
  model: z.string().min(1, 'model is required'),
  messages: z
    .array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string().default('') }))
    .default([]),
  stream: z.boolean().default(true),
  think: z.union([z.boolean(), z.string()]).optional(),
  format: z.union([z.literal('json'), z.literal(''), z.null(), z.record(z.string(), z.unknown())]).optional(),
  keep_alive: z.union([z.number(), z.string()]).optional(),
  tools: z.array(z.unknown()).optional(),
  options: z
    .object({
      num_ctx: z.number().int().positive().optional(),
      num_predict: z.number().int().optional(),
      temperature: z.number().min(0).optional(),
      top_k: z.number().int().optional(),
      top_p: z.number().optional(),
      min_p: z.number().optional(),
      seed: z.number().int().optional(),
    })
    .default({}),
});
export type EmbeddedChatRequest = z.output<typeof chatRequest>;

export const showRequest = z.object({ model: z.string().min(1, 'model is required') });

/** A request that is refused, with the status and the words that Ollama has for it. */
export class RefusedRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'RefusedRequest';
    this.status = status;
  }
}

/** Reads a JSON body; throws `RefusedRequest(400)`. */
export function parseRequest<T>(text: string, shape: z.ZodType<T>): T {
  if (text.trim() === '') throw new RefusedRequest(400, 'missing request body');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RefusedRequest(400, 'the request body is not JSON');
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RefusedRequest(400, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid request'}`);
}

/** `keep_alive` in milliseconds: seconds as a number, or a duration like `5m`; negative means for ever. */
export function keepAliveMs(value: number | string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return value < 0 ? Number.POSITIVE_INFINITY : value * 1000;
  const match = /^(-?)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(value.trim());
  if (match === null || value.trim() === '')
    throw new RefusedRequest(400, `keep_alive: "${value}" is not a duration`);
  if (match[1] === '-') return Number.POSITIVE_INFINITY;
  return (Number(match[2] ?? 0) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)) * 1000;
}
