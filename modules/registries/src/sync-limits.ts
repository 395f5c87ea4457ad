/** Bounds of one registry's sync: what a hostile or broken registry may cost at most. */
import type { RegistrySpec } from '@rampart/domain'
import { registriesErrors } from './errors.ts'

export type SyncLimits = {
  /** Of one call to the registry. */
  readonly callMs: number
  readonly requestsPerSecond: number
  /** Versions that are fetched side by side. */
  readonly concurrency: number
  readonly maxPages: number
  readonly maxVersions: number
  readonly maxFiles: number
  readonly maxFileBytes: number
  readonly maxVersionBytes: number
  /** A download slower than this over `slowWindowMs` is cut off; it goes on where it was. */
  readonly minBytesPerSecond: number
  readonly slowWindowMs: number
  readonly backoffBaseMs: number
  readonly backoffMaxMs: number
  /** How long a process that died keeps others from its registries and fetches. */
  readonly leaseMs: number
}

export const DEFAULT_LIMITS: SyncLimits = {
  callMs: 30_000,
  requestsPerSecond: 50,
  concurrency: 4,
  maxPages: 20_000,
  maxVersions: 200_000,
  maxFiles: 2_000,
  maxFileBytes: 8 * 1024 ** 3,
  maxVersionBytes: 64 * 1024 ** 3,
  minBytesPerSecond: 1024,
  slowWindowMs: 20_000,
  backoffBaseMs: 1_000,
  backoffMaxMs: 15 * 60_000,
  leaseMs: 15_000,
}

/** `spec.parameters` that the engine reads, whatever the type. */
const NUMBERS = {
  requestsPerSecond: { min: 0.01, max: 10_000 },
  concurrency: { min: 1, max: 32 },
  maxVersions: { min: 1, max: 1_000_000 },
  maxFiles: { min: 1, max: 10_000 },
  maxFileBytes: { min: 1, max: 1024 ** 4 },
  maxVersionBytes: { min: 1, max: 4 * 1024 ** 4 },
  minBytesPerSecond: { min: 0, max: 1024 ** 3 },
} as const

/** Throws REGISTRIES_INVALID. */
export const limitsOf = (spec: RegistrySpec, defaults: SyncLimits = DEFAULT_LIMITS): SyncLimits => {
  const own: Record<string, number> = {}
  for (const [name, { min, max }] of Object.entries(NUMBERS)) {
    const text = spec.parameters?.[name]
    if (text === undefined) continue
    const value = Number(text)
    if (!/^\d{1,15}(\.\d{1,6})?$/.test(text) || value < min || value > max)
      throw registriesErrors.REGISTRIES_INVALID(`parameters.${name} must be a number from ${min} to ${max}`)
    own[name] = name === 'requestsPerSecond' ? value : Math.floor(value)
  }
  return { ...defaults, ...own }
}

const UNITS = { s: 1000, m: 60_000, h: 3_600_000 } as const
const DEFAULT_POLL_MS = 60_000

/** `30s`, `5m`, `1h`; a minute when absent. */
export const pollMs = ({ poll }: Pick<RegistrySpec, 'poll'>): number => {
  if (poll === undefined) return DEFAULT_POLL_MS
  return Number(poll.slice(0, -1)) * UNITS[poll.slice(-1) as keyof typeof UNITS]
}
