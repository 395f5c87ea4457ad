/** Artifact paths come from callers: only plain relative paths below the version's folder are accepted. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being refused
const FORBIDDEN = /[\u0000-\u001f\u007f\\]/

/** True for `model.onnx` and `weights/part-1.bin`; false for absolute, empty, dotted or hidden-segment tricks. */
export const isSafeArtifactPath = (path: string): boolean => {
  if (path.length === 0 || path.length > 255 || FORBIDDEN.test(path)) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.length <= 128)
}
