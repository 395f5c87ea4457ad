/** Bytes to and from the text forms that hashes and envelopes travel in. */

/** Reads `sha256:hex`, 64 hex digits or base64; throws RangeError on anything else. */
export const hashBytes = (text: string): Uint8Array => {
  const bare = text.startsWith('sha256:') ? text.slice('sha256:'.length) : text
  if (/^[0-9a-fA-F]{64}$/.test(bare)) {
    return Uint8Array.from(bare.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  }
  const bytes = base64Bytes(bare)
  if (bytes.length !== 32) throw new RangeError('A SHA-256 hash has 32 bytes.')
  return bytes
}

export const base64Bytes = (text: string): Uint8Array => {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  try {
    return Uint8Array.from(atob(standard), (character) => character.charCodeAt(0))
  } catch {
    throw new RangeError('Not base64.')
  }
}

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, position) => byte === b[position])

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
export const fromUtf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
