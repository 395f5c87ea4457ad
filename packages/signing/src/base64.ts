/** Strict base64 (RFC 4648 section 4 or 5, padded, canonical): one text per byte string and no other is read. */
const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/
const URL_SAFE = /^[A-Za-z0-9_-]*={0,2}$/

export const encodeBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/** Undefined for anything that is not the canonical text of some bytes, mixed alphabets included. */
export const decodeBase64 = (text: string): Uint8Array | undefined => {
  const standard = STANDARD.test(text) ? text : undefined
  const normal =
    standard ?? (URL_SAFE.test(text) ? text.replaceAll('-', '+').replaceAll('_', '/') : undefined)
  if (normal === undefined) return undefined
  const bytes = Buffer.from(normal, 'base64')
  // Re-encoding refuses missing padding and non-zero trailing bits, which decoders silently accept.
  return bytes.toString('base64') === normal ? bytes : undefined
}
