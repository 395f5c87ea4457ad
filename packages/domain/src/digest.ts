/** A cryptographic hash that names content: `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`

const PATTERN = /^sha256:[0-9a-f]{64}$/

export const DIGEST_PATTERN = PATTERN.source

export const isDigest = (value: unknown): value is Digest => typeof value === 'string' && PATTERN.test(value)

/** Wraps 64 hex digits; returns undefined when they are not a SHA-256. */
export const digestFromHex = (hex: string): Digest | undefined => {
  const digest = `sha256:${hex.toLowerCase()}`
  return isDigest(digest) ? digest : undefined
}

export const digestHex = (digest: Digest): string => digest.slice('sha256:'.length)
