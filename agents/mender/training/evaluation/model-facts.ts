import { statSync } from 'node:fs';

import { readGgufFileInfo } from 'node-llama-cpp';

/** What a model file says of itself. */
export type ModelFacts = {
  readonly architecture: string;
  readonly parameters: number;
  readonly bytes: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly context: number;
  /** How the matrices are kept. */
  readonly weights: 'F16' | 'Q8_0' | 'another format';
};

/** GGML's numbers of the two formats that are shipped. */
const FORMATS: Readonly<Record<number, ModelFacts['weights']>> = { 1: 'F16', 8: 'Q8_0' };

/** Reads the head of a GGUF file of llama's architecture. */
export async function readModelFacts(path: string): Promise<ModelFacts> {
  const { metadata, architectureMetadata, fullTensorInfo } = await readGgufFileInfo(path, {
    logWarnings: false,
  });
  const tensors = fullTensorInfo ?? [];
  const size = (dimensions: readonly (number | bigint)[]): number =>
    dimensions.reduce<number>((product, each) => product * Number(each), 1);
  const matrices = tensors.filter(({ dimensions }) => dimensions.length === 2);
  const formats = new Set(matrices.map(({ ggmlType }) => Number(ggmlType)));
  const [format] = formats.size === 1 ? [...formats] : [];
  return {
    architecture: metadata.general.architecture,
    parameters: tensors.reduce((sum, { dimensions }) => sum + size(dimensions), 0),
    bytes: statSync(path).size,
    layers: Number(architectureMetadata.block_count),
    width: Number(architectureMetadata.embedding_length),
    heads: Number(architectureMetadata.attention?.head_count),
    vocabulary: metadata.tokenizer.ggml.tokens.length,
    context: Number(architectureMetadata.context_length),
    weights: (format === undefined ? undefined : FORMATS[format]) ?? 'another format',
  };
}
