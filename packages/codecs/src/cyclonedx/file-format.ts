/** The format of a model's file as its name suggests: a hint for a reader, never a decision. */
const FORMATS: Readonly<Record<string, string>> = {
  onnx: 'ONNX',
  safetensors: 'safetensors',
  gguf: 'GGUF',
  pkl: 'pickle',
  pickle: 'pickle',
  joblib: 'joblib',
  pt: 'PyTorch',
  pth: 'PyTorch',
  bin: 'binary',
  h5: 'HDF5',
  keras: 'Keras',
  pb: 'protobuf',
  tflite: 'TensorFlow Lite',
  npy: 'NumPy',
  npz: 'NumPy archive',
  json: 'JSON',
  ndjson: 'JSON lines',
  yaml: 'YAML',
  yml: 'YAML',
  md: 'Markdown',
  txt: 'text',
  csv: 'CSV',
  parquet: 'Parquet',
  py: 'Python source',
  model: 'SentencePiece',
  gz: 'gzip',
}

const WEIGHTS = new Set([
  'onnx',
  'safetensors',
  'gguf',
  'pkl',
  'pickle',
  'joblib',
  'pt',
  'pth',
  'bin',
  'h5',
  'keras',
  'pb',
  'tflite',
  'npz',
])
const CARDS = /(^|\/)(model_?card|readme)\.md$/i

const extensionOf = (path: string): string => /\.([A-Za-z0-9]{1,12})$/.exec(path)?.[1]?.toLowerCase() ?? ''

export const formatOfName = (path: string): string | undefined => FORMATS[extensionOf(path)]

/** What a file of a plain folder is probably there for. */
export const roleOfName = (path: string): 'model' | 'card' | 'other' => {
  if (CARDS.test(path)) return 'card'
  return WEIGHTS.has(extensionOf(path)) ? 'model' : 'other'
}
