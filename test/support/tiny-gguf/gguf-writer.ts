/** A value in the head of a GGUF file, with the type that readers expect. */
export type GgufValue =
  | { readonly type: 'u32' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'i32s'; readonly value: readonly number[] };

/** A tensor of 32-bit floats; `shape` is innermost first, as GGUF has it. */
export interface GgufTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const ALIGNMENT = 32;
const TYPE = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

/** The bytes of a GGUF file, version 3 (ggml-org/ggml, docs/gguf.md). */
export function encodeGguf(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Buffer {
  const entries = Object.entries(metadata);
  const head: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(entries.length)];
  for (const [key, value] of entries) head.push(text(key), ...encodeValue(value));
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    head.push(text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(offset));
    offset += padded(data.byteLength);
  }
  const body = tensors.flatMap(({ data }) => [
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    Buffer.alloc(padded(data.byteLength) - data.byteLength),
  ]);
  const headBytes = Buffer.concat(head);
  return Buffer.concat([headBytes, Buffer.alloc(padded(headBytes.length) - headBytes.length), ...body]);
}

function encodeValue(each: GgufValue): Buffer[] {
  switch (each.type) {
    case 'u32':
      return [u32(TYPE.u32), u32(each.value)];
    case 'f32': {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(each.value);
      return [u32(TYPE.f32), bytes];
    }
    case 'bool':
      return [u32(TYPE.bool), Buffer.from([each.value ? 1 : 0])];
    case 'string':
      return [u32(TYPE.string), text(each.value)];
    case 'strings':
      return [u32(TYPE.array), u32(TYPE.string), u64(each.value.length), ...each.value.map(text)];
    case 'i32s':
      return [u32(TYPE.array), u32(TYPE.i32), u64(each.value.length), ...each.value.map(i32)];
  }
}

function padded(sizeBytes: number): number {
  return Math.ceil(sizeBytes / ALIGNMENT) * ALIGNMENT;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}
