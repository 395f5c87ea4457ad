/** Verdicts in memory, by tenant and digest: asked in a fraction of a microsecond, filled and kept up by their maker. */
import type { Digest, SignedVerdict } from '@rampart/domain'

export const createVerdictMemory = () => {
  const tenants = new Map<string, Map<Digest, SignedVerdict>>()
  return {
    get: (tenant: string, digest: Digest): SignedVerdict | undefined => tenants.get(tenant)?.get(digest),
    /** An older verdict that arrives late does not replace a newer one. */
    put: (signed: SignedVerdict): boolean => {
      const { tenant, digest, issuedAt } = signed.verdict
      const verdicts = tenants.get(tenant) ?? new Map<Digest, SignedVerdict>()
      tenants.set(tenant, verdicts)
      const known = verdicts.get(digest)
      if (known !== undefined && known.verdict.issuedAt > issuedAt) return false
      verdicts.set(digest, signed)
      return known?.verdictDigest !== signed.verdictDigest
    },
    of: (tenant: string): Iterable<SignedVerdict> => tenants.get(tenant)?.values() ?? [],
  }
}
