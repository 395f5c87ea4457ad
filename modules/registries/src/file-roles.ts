/** Which of a version's files is the model. Pure. */
import {
  type ArtifactRole,
  type ModelManifest,
  type ModelSpec,
  manifestProblems,
  registrationOf,
} from '@rampart/domain'

/** Best first: what the embedded runtime serves, then formats without code, then those that may run code. */
const MODEL_FORMATS: readonly RegExp[] = [
  /\.onnx$/i,
  /\.safetensors$/i,
  /\.gguf$/i,
  /\.tflite$/i,
  /\.ubj$/i,
  /\.(keras|h5|hdf5)$/i,
  /\.pb$/i,
  /\.(pt|pth|ckpt)$/i,
  /\.(pkl|pickle|joblib|dill)$/i,
  /\.(npz|npy|bin|model)$/i,
  /\.(zip|tar|tgz|gz)$/i,
  /\.json$/i,
]
const CARD = /^(readme|model[-_]card|modelcard)\.md$/i

export type RoledFile<F> = F & { readonly role: ArtifactRole }

/** Every file of the best format there is has the role `model`; without a known format the largest one. */
export const withRoles = <F extends { readonly path: string; readonly sizeBytes: number }>(
  files: readonly F[],
): readonly RoledFile<F>[] => {
  const format = MODEL_FORMATS.find((pattern) => files.some(({ path }) => pattern.test(path)))
  const largest = files.reduce<F | undefined>(
    (best, file) => (best === undefined || file.sizeBytes > best.sizeBytes ? file : best),
    undefined,
  )
  return files.map((file) => {
    const isModel = format === undefined ? file === largest : format.test(file.path)
    return { ...file, role: isModel ? 'model' : CARD.test(file.path) ? 'card' : 'other' }
  })
}

/** Roles and specification as a `kind: Model` manifest among the files says; undefined when it does not fit them. */
export const fromManifest = <F extends { readonly path: string; readonly sizeBytes: number }>(
  document: unknown,
  files: readonly F[],
): { readonly files: readonly RoledFile<F>[]; readonly spec: ModelSpec } | undefined => {
  if (manifestProblems(document).length > 0) return undefined
  const { files: named, spec } = registrationOf(document as ModelManifest)
  const roles = new Map(named.map(({ path, role }) => [path, role]))
  if ([...roles.keys()].some((path) => !files.some((file) => file.path === path))) return undefined
  return { files: files.map((file) => ({ ...file, role: roles.get(file.path) ?? 'other' })), spec }
}
