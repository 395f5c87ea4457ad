/** Tells a format by content. Names never decide: they are only compared afterwards. */

export type Format =
  | 'empty'
  | 'pickle'
  | 'zip'
  | 'tar'
  | 'gzip'
  | 'zlib'
  | 'bzip2'
  | 'xz'
  | 'lzma'
  | 'lz4'
  | 'npy'
  | 'hdf5'
  | 'gguf'
  | 'safetensors'
  | 'onnx'
  | 'savedmodel'
  | 'ubjson'
  | 'text'
  | 'executable'
  | 'unsupported-archive'
  | 'image'
  | 'parquet'
  | 'arrow'
  | 'tflite'
  | 'sentencepiece'
  | 'binary'

const starts = (head: Buffer, ...signatures: readonly string[]): boolean =>
  signatures.some((hex) => {
    const bytes = Buffer.from(hex, 'hex')
    return head.length >= bytes.length && bytes.equals(head.subarray(0, bytes.length))
  })

const ascii = (head: Buffer, offset: number, text: string): boolean =>
  head.toString('latin1', offset, offset + text.length) === text

const EXECUTABLES = [
  '7f454c46',
  'feedface',
  'feedfacf',
  'cefaedfe',
  'cffaedfe',
  'cafebabe',
  'cafed00d',
  '0061736d',
  '4243c0de',
]
const ARCHIVES = [
  '377abcaf271c',
  '526172211a07',
  '4d534346',
  '213c617263683e',
  '28b52ffd',
  '1f9d',
  '1fa0',
  '58415221',
  '71736873',
  '4c5a4950',
  '60ea',
  '2a2a4143452a2a',
  '636f6e65637469',
  '6b6f6c79',
]

const isPortableExecutable = (head: Buffer): boolean => {
  if (!ascii(head, 0, 'MZ') || head.length < 64) return false
  const at = head.readUInt32LE(60)
  return ascii(head, at, 'PE\0\0') || ascii(head, at, 'NE') || at === 0
}

const isTar = (head: Buffer): boolean => {
  if (head.length < 512) return false
  if (ascii(head, 257, 'ustar')) return true
  const stated = Number.parseInt(
    head
      .toString('latin1', 148, 156)
      .replace(/[\0 ]+$/, '')
      .trim(),
    8,
  )
  if (!Number.isInteger(stated) || stated === 0 || head[0] === 0) return false
  let sum = 256
  for (let index = 0; index < 512; index += 1) if (index < 148 || index >= 156) sum += head[index] ?? 0
  return sum === stated
}

/** 2-byte headers whose check bits fit; the scan still has to succeed for the file to count as one. */
const isZlib = (head: Buffer): boolean => {
  const [cmf = 0, flags = 0] = head
  return (cmf & 15) === 8 && cmf >> 4 <= 7 && (cmf * 256 + flags) % 31 === 0 && (flags & 0x20) === 0
}

const isLzmaAlone = (head: Buffer): boolean => {
  if (head.length < 14 || (head[0] ?? 255) >= 225) return false
  const dictionary = head.readUInt32LE(1)
  const size = head.readBigUInt64LE(5)
  return (
    head[13] === 0 &&
    dictionary >= 4096 &&
    (dictionary & (dictionary - 1)) === 0 &&
    (size === 0xffff_ffff_ffff_ffffn || size < 1n << 44n)
  )
}

const isSafetensors = (head: Buffer, size: number): boolean => {
  if (head.length < 10) return false
  const length = head.readBigUInt64LE(0)
  return (
    head[8] === 0x7b && length > 1n && length < 1n << 40n && (length <= BigInt(size) || length < 200_000_000n)
  )
}

/**
 * Protocols 2 to 5 have a header, older pickles often start with an import. Other old pickles look like text or like
 * nothing: the scan tries to walk those.
 */
const isPickle = (head: Buffer): boolean => {
  const [first = 0, second = 255] = head
  if (first === 0x80 && second <= 5) return true
  return /^[(\]})ld]*[ci][A-Za-z_][\w.]{1,100}\n[A-Za-z_][\w.]{0,100}\n[(\])}lt0-9IVSNgphqKX.]/.test(
    head.toString('latin1', 0, 300),
  )
}

/** Field 1 varint (ir_version) then more fields of ModelProto, or a graph field at once. */
const looksLikeOnnx = (head: Buffer): boolean => {
  const [tag = 0, version = 255, next = 0] = head
  if (tag === 0x08 && version >= 1 && version <= 30)
    return [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72].includes(next)
  return false
}

/** SavedModel: saved_model_schema_version = 1, then meta_graphs. */
const looksLikeSavedModel = (head: Buffer): boolean =>
  head[0] === 0x08 && head[1] === 0x01 && head[2] === 0x12

const IMAGES = ['89504e470d0a1a0a', 'ffd8ff', '474946383761', '474946383961']

const isText = (head: Buffer): boolean => {
  if (head.includes(0)) return starts(head, 'fffe', 'feff')
  let control = 0
  for (const byte of head)
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12) control += 1
  if (control > 0) return false
  try {
    // The last character of the part may be cut.
    new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(0, Math.max(0, head.length - 4)))
    return true
  } catch {
    return false
  }
}

const binaryFormat = (head: Buffer, size: number): Format | undefined => {
  if (starts(head, ...EXECUTABLES) || isPortableExecutable(head)) return 'executable'
  if (starts(head, '504b0304', '504b0506', '504b0708', '504b3030504b0304')) return 'zip'
  if (starts(head, '934e554d5059')) return 'npy'
  if (starts(head, '894844460d0a1a0a')) return 'hdf5'
  if (ascii(head, 0, 'GGUF') || ascii(head, 0, 'FUGG')) return 'gguf'
  if (starts(head, '1f8b')) return 'gzip'
  if (/^BZh[1-9]/.test(head.toString('latin1', 0, 4))) return 'bzip2'
  if (starts(head, 'fd377a585a00')) return 'xz'
  if (starts(head, '04224d18')) return 'lz4'
  if (isTar(head)) return 'tar'
  if (starts(head, ...ARCHIVES)) return 'unsupported-archive'
  if (starts(head, ...IMAGES) || (ascii(head, 0, 'RIFF') && ascii(head, 8, 'WEBP'))) return 'image'
  if (ascii(head, 0, 'PAR1')) return 'parquet'
  if (ascii(head, 0, 'ARROW1')) return 'arrow'
  if (ascii(head, 4, 'TFL3')) return 'tflite'
  return isSafetensors(head, size) ? 'safetensors' : undefined
}

export const HEAD_BYTES = 4096

/** `head` are the first HEAD_BYTES bytes or all there are; `size` is what is known of the whole. */
export const sniff = (head: Buffer, size: number): Format => {
  if (head.length === 0) return 'empty'
  const binary = binaryFormat(head, size)
  if (binary !== undefined) return binary
  if (isPickle(head)) return 'pickle'
  if (isText(head)) return 'text'
  if (isLzmaAlone(head)) return 'lzma'
  if (isZlib(head)) return 'zlib'
  if (looksLikeSavedModel(head)) return 'savedmodel'
  if (looksLikeOnnx(head)) return 'onnx'
  if (head[0] === 0x7b && (head[1] === 0x4c || head[1] === 0x69 || head[1] === 0x55)) return 'ubjson'
  return head[0] === 0x0a ? 'sentencepiece' : 'binary'
}
