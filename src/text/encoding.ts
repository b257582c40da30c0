export type Encoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be';

export interface Decoded {
  /** Without the byte order mark. */
  readonly text: string;
  readonly encoding: Encoding;
}

const marks: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-8-bom', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/**
 * Reads bytes as text if that loses nothing: UTF-8, or UTF-8 and UTF-16 with a byte order mark. `undefined` for
 * everything else (other encodings, binary data, text with NUL): such a file is only ever handled as a whole.
 */
export function decode(bytes: Uint8Array): Decoded | undefined {
  const [encoding, mark] = marks.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte)) ?? [
    'utf-8' as const,
    [],
  ];
  const body = bytes.subarray(mark.length);
  const text = decodeBody(body, encoding);
  if (text === undefined || text.includes('\0')) return undefined;
  const again = encode(text, encoding);
  return again.length === bytes.length && again.every((byte, i) => byte === bytes[i])
    ? { text, encoding }
    : undefined;
}

/** The bytes of a text, with the byte order mark that the encoding has. `decode` of the result gives the text again. */
export function encode(text: string, encoding: Encoding): Uint8Array {
  const mark = marks.find(([name]) => name === encoding)?.[1] ?? [];
  const wide = encoding === 'utf-16le' || encoding === 'utf-16be';
  const body = wide ? encodeWide(text, encoding === 'utf-16le') : new TextEncoder().encode(text);
  const bytes = new Uint8Array(mark.length + body.length);
  bytes.set(mark);
  bytes.set(body, mark.length);
  return bytes;
}

function decodeBody(body: Uint8Array, encoding: Encoding): string | undefined {
  try {
    if (encoding === 'utf-16le' || encoding === 'utf-16be') return decodeWide(body, encoding === 'utf-16le');
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** UTF-16 as its code units; Node's decoder has no big-endian form in every build. */
function decodeWide(body: Uint8Array, little: boolean): string | undefined {
  if (body.length % 2 !== 0) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const parts: string[] = [];
  for (let i = 0; i < body.length; i += 2) parts.push(String.fromCharCode(view.getUint16(i, little)));
  return parts.join('');
}

function encodeWide(text: string, little: boolean): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i += 1) view.setUint16(i * 2, text.charCodeAt(i), little);
  return bytes;
}
