import { writeFile } from 'node:fs/promises';

import { encodeGguf, type GgufTensor, type GgufValue } from './gguf-writer.ts';

/**
 * A real llama model of which every answer is known: its layer adds nothing, so that the next token depends on the last
 * one alone, by a table of logits. A prompt that ends in `?` is answered with `ok.`; after anything else it babbles letters
 * and never ends.
 */
export const CHAIN_ANSWER = 'ok.';

/** Text in front of each message, a token of its own; the same in every template of the model. */
export const CHAIN_ROLES = ['system', 'user', 'assistant'] as const;

const EOS = '<|end|>';
const JINJA_TEMPLATE = '{% for message in messages %}<|{{ message.role }}|>{{ message.content }}{% endfor %}';
/** What `ollama create` needs beside the GGUF. `FROM` is added by the caller. */
export const CHAIN_MODELFILE = 'TEMPLATE """{{ range .Messages }}<|{{ .Role }}|>{{ .Content }}{{ end }}"""\n';

const WIDTH = 320;
const HIDDEN = 32;
const HEADS = 5;

export interface ChainModelOptions {
  readonly contextTokens?: number;
  /** The tokenizer puts its first token in front of every text. */
  readonly addBos?: boolean;
  readonly template?: string;
  /** What it says, whatever was asked, where the template ends in `<|assistant|>`. */
  readonly says?: string;
}

/** Writes the model (about 2.5 MB) to a file. */
export async function writeChainModel(file: string, options: ChainModelOptions = {}): Promise<void> {
  const vocabulary = [...byteTokens(), ...CHAIN_ROLES.map((role) => `<|${role}|>`), EOS, 'ok'];
  const said = options.says === undefined ? undefined : asBytes(options.says);
  if (said !== undefined) vocabulary.push(said);
  const idOf = (token: string) => {
    const id = vocabulary.indexOf(token);
    if (id < 0) throw new Error(`The vocabulary has no token ${token}.`);
    return id;
  };
  const eos = idOf(EOS);
  const size = vocabulary.length;
  const embedding = new Float32Array(WIDTH * size);
  for (let token = 0; token < size; token++) embedding[token * WIDTH + token] = 1;

  // A normalised one-hot vector has the value sqrt(width), so this divides the wanted logit by it.
  const output = new Float32Array(WIDTH * size);
  const setLogit = (from: number, to: number, logit: number) => {
    output[to * WIDTH + from] = logit / Math.sqrt(WIDTH);
  };
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index));
  for (let from = 0; from < size; from++) {
    for (const letter of letters) setLogit(from, idOf(letter), 10 + (isNext(from, idOf(letter)) ? 1.5 : 0));
    setLogit(from, eos, -30);
  }
  const path = ['?', 'ok', '.', EOS];
  for (const [index, from] of path.slice(0, -1).entries())
    setLogit(idOf(from), idOf(path[index + 1] ?? EOS), 60);

  if (said !== undefined) {
    setLogit(idOf('<|assistant|>'), idOf(said), 60);
    setLogit(idOf(said), eos, 60);
  }

  const zeros = (name: string, ...shape: number[]): GgufTensor => ({
    name,
    shape,
    data: new Float32Array(shape.reduce((product, side) => product * side, 1)),
  });
  const ones = (name: string): GgufTensor => ({
    name,
    shape: [WIDTH],
    data: new Float32Array(WIDTH).fill(1),
  });
  const tensors: GgufTensor[] = [
    { name: 'token_embd.weight', shape: [WIDTH, size], data: embedding },
    { name: 'output.weight', shape: [WIDTH, size], data: output },
    ones('output_norm.weight'),
    ones('blk.0.attn_norm.weight'),
    zeros('blk.0.attn_q.weight', WIDTH, WIDTH),
    zeros('blk.0.attn_k.weight', WIDTH, WIDTH),
    zeros('blk.0.attn_v.weight', WIDTH, WIDTH),
    zeros('blk.0.attn_output.weight', WIDTH, WIDTH),
    ones('blk.0.ffn_norm.weight'),
    zeros('blk.0.ffn_gate.weight', WIDTH, HIDDEN),
    zeros('blk.0.ffn_up.weight', WIDTH, HIDDEN),
    zeros('blk.0.ffn_down.weight', HIDDEN, WIDTH),
  ];
  await writeFile(file, encodeGguf(metadata(vocabulary, eos, options), tensors));
}

/** The letter after this one is a little likelier: greedy answers run through the alphabet, samples vary. */
function isNext(from: number, to: number): boolean {
  return to === from + 1;
}

function metadata(
  vocabulary: readonly string[],
  eos: number,
  options: ChainModelOptions,
): Readonly<Record<string, GgufValue>> {
  const u32 = (value: number): GgufValue => ({ type: 'u32', value });
  const string = (value: string): GgufValue => ({ type: 'string', value });
  const NORMAL = 1;
  const CONTROL = 3;
  return {
    'general.architecture': string('llama'),
    'general.name': string('chain'),
    'general.file_type': u32(0),
    'llama.context_length': u32(options.contextTokens ?? 4096),
    'llama.embedding_length': u32(WIDTH),
    'llama.block_count': u32(1),
    'llama.feed_forward_length': u32(HIDDEN),
    'llama.attention.head_count': u32(HEADS),
    'llama.attention.head_count_kv': u32(HEADS),
    'llama.attention.layer_norm_rms_epsilon': { type: 'f32', value: 1e-5 },
    'llama.rope.dimension_count': u32(WIDTH / HEADS),
    'llama.rope.freq_base': { type: 'f32', value: 10_000 },
    'llama.vocab_size': u32(vocabulary.length),
    'tokenizer.ggml.model': string('gpt2'),
    'tokenizer.ggml.pre': string('llama-bpe'),
    'tokenizer.ggml.tokens': { type: 'strings', value: vocabulary },
    'tokenizer.ggml.token_type': {
      type: 'i32s',
      value: vocabulary.map((token) => (token.startsWith('<|') ? CONTROL : NORMAL)),
    },
    'tokenizer.ggml.merges': { type: 'strings', value: ['o k'] },
    'tokenizer.ggml.bos_token_id': u32(eos),
    'tokenizer.ggml.eos_token_id': u32(eos),
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: options.addBos ?? false },
    'tokenizer.ggml.add_eos_token': { type: 'bool', value: false },
    'tokenizer.chat_template': string(options.template ?? JINJA_TEMPLATE),
  };
}

/** Text as a token of byte-level BPE spells it. */
function asBytes(text: string): string {
  const tokens = byteTokens();
  return [...Buffer.from(text, 'utf8')].map((byte) => tokens[byte]).join('');
}

/** The 256 one-byte tokens of byte-level BPE: printable bytes stand for themselves, the others for code points from 256. */
function byteTokens(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(printable ? byte : next++);
  });
}
