import { Template } from '@huggingface/jinja';

import { RefusedRequest } from './requests.ts';

/** What a chat template may refer to besides the messages. */
export interface TemplateTokens {
  readonly bos: string;
  readonly eos: string;
}

export interface TemplateMessage {
  readonly role: string;
  readonly content: string;
}

/**
 * A model's own chat template (Jinja, `tokenizer.chat_template` of the GGUF) as a function. Contents are inserted as they
 * are: nothing is trimmed, for a model was trained on exact text. Throws `RefusedRequest` when the template refuses.
 */
export function compileTemplate(
  source: string,
  tokens: TemplateTokens,
): (messages: readonly TemplateMessage[]) => string {
  const template = new Template(source);
  return (messages) => {
    try {
      return template.render({
        messages,
        add_generation_prompt: true,
        bos_token: tokens.bos,
        eos_token: tokens.eos,
      });
    } catch (error) {
      throw new RefusedRequest(400, `the chat template refused the messages: ${String(error)}`);
    }
  };
}
