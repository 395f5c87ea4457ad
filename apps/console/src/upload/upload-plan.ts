/** What is going to be registered, and what speaks against it before anything is sent. Pure. */
export const ROLES = ['model', 'reference', 'card', 'replay', 'other'] as const
export type FileRole = (typeof ROLES)[number]

/** The server's own default limit of one artifact; it has the last word. */
export const MAX_FILE_BYTES = 8 * 1024 ** 3
const MAX_FILES = 1000

export type PlannedFile = { readonly path: string; readonly sizeBytes: number; readonly role: FileRole }
export type Draft = {
  readonly name: string
  readonly version: string
  readonly files: readonly PlannedFile[]
}

const WEIGHTS =
  /\.(onnx|safetensors|gguf|pkl|pickle|joblib|pt|pth|bin|h5|keras|pb|tflite|npz|skops|msgpack)$/i
const CARD = /(^|\/)(model_?card|readme)\.md$/i
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/

export const guessRole = (path: string): FileRole => {
  if (CARD.test(path)) return 'card'
  if (/(^|\/)reference\.(ndjson|jsonl)(\.gz)?$/i.test(path)) return 'reference'
  return WEIGHTS.test(path) ? 'model' : 'other'
}

export type Fault = { readonly field: 'name' | 'version' | 'files'; readonly message: string }

/** The first thing that is wrong with each field. */
export const faultsOf = ({ name, version, files }: Draft): readonly Fault[] => {
  const faults: Fault[] = []
  if (!NAME.test(name))
    faults.push({ field: 'name', message: 'Lower-case letters, digits and dashes, at most 63' })
  if (!VERSION.test(version))
    faults.push({ field: 'version', message: 'Letters, digits and . _ + -, at most 64' })
  const tooLarge = files.find(({ sizeBytes }) => sizeBytes > MAX_FILE_BYTES)
  const paths = files.map(({ path }) => path)
  if (files.length === 0) faults.push({ field: 'files', message: 'Choose the files of the version' })
  else if (files.length > MAX_FILES)
    faults.push({ field: 'files', message: `A version has at most ${MAX_FILES} files` })
  else if (tooLarge !== undefined)
    faults.push({ field: 'files', message: `${tooLarge.path} is larger than 8 GiB, which is the limit` })
  else if (new Set(paths).size !== paths.length)
    faults.push({ field: 'files', message: 'Two files have one name' })
  else if (!files.some(({ role }) => role === 'model'))
    faults.push({ field: 'files', message: 'Give one file the role model' })
  else if (files.filter(({ role }) => role === 'reference').length > 1)
    faults.push({ field: 'files', message: 'At most one file has the role reference' })
  return faults
}
