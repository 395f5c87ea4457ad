/** What a file name promises. Content decides the format; a name that promises another one is told. */
import type { Format } from './sniff.ts'

const COMPRESSED: readonly Format[] = ['gzip', 'zlib', 'bzip2', 'xz', 'lzma', 'lz4']
const PICKLES: readonly Format[] = ['pickle', 'zip', 'tar', ...COMPRESSED]

const EXPECTED: ReadonlyMap<string, readonly Format[]> = new Map<string, readonly Format[]>([
  ...['pkl', 'pickle', 'pck', 'pcl', 'pk', 'joblib', 'dill', 'sav', 'p', 'pt', 'pth', 'ckpt', 'pt2'].map(
    (extension): [string, readonly Format[]] => [extension, PICKLES],
  ),
  ['safetensors', ['safetensors']],
  ['gguf', ['gguf']],
  ['npy', ['npy']],
  ['npz', ['zip']],
  ['zip', ['zip']],
  ['keras', ['zip', 'hdf5']],
  ['h5', ['hdf5']],
  ['hdf5', ['hdf5']],
  ['onnx', ['onnx']],
  ['pb', ['savedmodel', 'onnx', 'sentencepiece', 'binary']],
  ['json', ['text']],
  ['jsonl', ['text']],
  ['yaml', ['text']],
  ['yml', ['text']],
  ['toml', ['text']],
  ['cfg', ['text']],
  ['ini', ['text']],
  ['txt', ['text']],
  ['md', ['text']],
  ['csv', ['text']],
  ['tsv', ['text']],
  ['xml', ['text']],
  ['pmml', ['text']],
  ['tar', ['tar']],
  ['gz', ['gzip']],
  ['tgz', ['gzip']],
  ['bz2', ['bzip2']],
  ['xz', ['xz']],
  ['lz4', ['lz4']],
  ['png', ['image']],
  ['jpg', ['image']],
  ['jpeg', ['image']],
  ['gif', ['image']],
  ['parquet', ['parquet']],
  ['arrow', ['arrow']],
  ['tflite', ['tflite']],
  ['ubj', ['ubjson']],
])

export const extensionOf = (name: string): string =>
  /\.([A-Za-z0-9]{1,12})$/.exec(name)?.[1]?.toLowerCase() ?? ''

/** Formats that loaders of this kind of file open; undefined when the name promises nothing. */
export const expectedFormats = (name: string): readonly Format[] | undefined =>
  EXPECTED.get(extensionOf(name))

/** Loaders hand these names to an unpickler, whatever the content looks like. */
export const isPickleName = (name: string): boolean => EXPECTED.get(extensionOf(name)) === PICKLES
