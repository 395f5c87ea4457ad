/** Short forms of identifiers and names. */

/** `sha256:1f0c…9ab2`: enough to tell two apart; the whole is on hover and in the clipboard. */
export const shortDigest = (digest: string): string => {
  const [algorithm, hex] = digest.includes(':') ? digest.split(':', 2) : [undefined, digest]
  if (hex === undefined || hex.length <= 14) return digest
  const short = `${hex.slice(0, 8)}…${hex.slice(-4)}`
  return algorithm === undefined ? short : `${algorithm}:${short}`
}

export const shortId = (id: string): string => (id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id)

/** `https://rampart.dev/attestation/assessment/v1` → `assessment`. */
export const predicateName = (predicateType: string): string => {
  const parts = predicateType.split('/').filter((part) => part !== '')
  const last = parts.at(-1) ?? predicateType
  return /^v\d/.test(last) ? (parts.at(-2) ?? last) : last
}

/** `rampart.model-version.transitioned.v1` → `model-version transitioned`. */
export const eventName = (type: string): string => {
  const parts = type
    .replace(/^rampart\./, '')
    .replace(/\.v\d+$/, '')
    .split('.')
  return parts.join(' ')
}

/** `psiWarn` → `psi warn`, `open_signals` → `open signals`. */
export const words = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()
