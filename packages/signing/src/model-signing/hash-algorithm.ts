/** The hash functions of OpenSSF Model Signing v1: SHA-256, BLAKE2b-512 and BLAKE3, fed chunk by chunk. */
import { createHash } from 'node:crypto'

export const HASH_TYPES = ['sha256', 'blake2b', 'blake3'] as const
export type HashType = (typeof HASH_TYPES)[number]

/** Hex digits of a digest. */
export const DIGEST_LENGTH: Readonly<Record<HashType, number>> = { sha256: 64, blake2b: 128, blake3: 64 }

export type Hasher = { update(chunk: Uint8Array): void; digest(): string }

const OPENSSL_NAME = { sha256: 'sha256', blake2b: 'blake2b512' } as const

const openssl = (name: string): Hasher => {
  const hash = createHash(name)
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest('hex') }
}

/** Gives a maker of fresh hashers; asynchronous because BLAKE3 is WebAssembly, OpenSSL has none. */
export const loadHasher = async (type: HashType): Promise<() => Hasher> => {
  if (type !== 'blake3') return () => openssl(OPENSSL_NAME[type])
  const { createBLAKE3 } = await import('hash-wasm')
  const shared = await createBLAKE3()
  // One instance, reset for every file: files are hashed one after the other in a thread.
  return () => {
    shared.init()
    return { update: (chunk) => void shared.update(chunk), digest: () => shared.digest('hex') }
  }
}
