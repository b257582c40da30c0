import * as z from 'zod';

import { messageOf } from '../common/index.ts';
import { errorOfStatus, ModelError } from './errors.ts';
import { readText, type HttpAnswer } from './http.ts';

/** The part of Ollama's native protocol that is read here. Unknown members are ignored. */
export const versionAnswer = z.object({ version: z.string() });

export const tagsAnswer = z.object({
  models: z
    .array(
      z.object({
        name: z.string(),
        digest: z.string(),
        size: z.number().default(0),
        remote_host: z.string().optional(),
      }),
    )
    .nullable()
    .transform((models) => models ?? []),
});

export const showAnswer = z.object({
  model_info: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((info) => info ?? {}),
  capabilities: z
    .array(z.string())
    .nullish()
    .transform((capabilities) => capabilities ?? []),
  remote_host: z.string().optional(),
});

export const psAnswer = z.object({
  models: z
    .array(z.object({ name: z.string(), digest: z.string(), context_length: z.number().optional() }))
    .nullable()
    .transform((models) => models ?? []),
});

/** One line of /api/chat. An error in the middle of a stream is a line with nothing but `error`, under HTTP 200. */
export const chatLine = z.object({
  error: z.string().optional(),
  message: z.object({ content: z.string().default(''), thinking: z.string().optional() }).optional(),
  done: z.boolean().optional(),
  done_reason: z.string().optional(),
  load_duration: z.number().optional(),
  total_duration: z.number().optional(),
  prompt_eval_count: z.number().optional(),
  prompt_eval_duration: z.number().optional(),
  eval_count: z.number().optional(),
  eval_duration: z.number().optional(),
});
export type ChatLine = z.output<typeof chatLine>;

const errorAnswer = z.object({ error: z.string() });

/** Reads a line of a stream; a line that is not the protocol's breaks the stream, since a token may be lost in it. */
export function parseChatLine(line: string, partialText: string): ChatLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ModelError('stream-cut', `The stream is damaged: ${line.slice(0, 200)}`, {
      partialText,
      cause: error,
    });
  }
  const parsed = chatLine.safeParse(value);
  if (!parsed.success) {
    throw new ModelError('stream-cut', `The stream is damaged: ${line.slice(0, 200)}`, { partialText });
  }
  return parsed.data;
}

/** The words of an error body, whether it is `{"error": …}` or plain text. */
export async function wordsOf(answer: HttpAnswer): Promise<string> {
  const text = await readText(answer);
  try {
    return errorAnswer.parse(JSON.parse(text)).error;
  } catch {
    return text;
  }
}

/** Reads a whole JSON answer; throws `ModelError` for an error status or an unexpected shape. */
export async function readAnswer<T>(
  answer: HttpAnswer,
  shape: z.ZodType<T>,
  model = 'the model',
): Promise<T> {
  if (answer.status !== 200) throw errorOfStatus(answer.status, await wordsOf(answer), model);
  const text = await readText(answer);
  try {
    return shape.parse(JSON.parse(text));
  } catch (error) {
    throw new ModelError(
      'server-error',
      `This does not look like a model server: ${messageOf(error).slice(0, 300)}`,
      {
        cause: error,
      },
    );
  }
}
