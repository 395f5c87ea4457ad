/**
 * Finds a path from a signer's certificate to a trusted root and judges it at one moment (RFC 5280 section 6.1, without
 * policies, names and revocation lists). Unlike the reference tool, which sets its clock back to the leaf's first day
 * and so never sees an expired certificate, every certificate of the path must be valid at that moment.
 */
import type { Certificate } from './certificate.ts'

export type PathVerdict =
  | { readonly verdict: 'trusted'; readonly path: readonly Certificate[] }
  | { readonly verdict: 'untrusted'; readonly reasons: readonly string[] }

const MAX_PATH = 8
/** Crafted chains of look-alike authorities must not cost more than this many signature checks. */
const MAX_CHECKS = 200

const isSame = (a: Certificate, b: Certificate): boolean => Buffer.compare(a.der, b.der) === 0

const issued = (issuer: Certificate, certificate: Certificate): boolean => {
  try {
    return certificate.native.checkIssued(issuer.native) && certificate.native.verify(issuer.native.publicKey)
  } catch {
    return false
  }
}

const timeFault = ({ subject, notBefore, notAfter }: Certificate, at: number): string | undefined => {
  if (at < notBefore)
    return `the certificate of ${subject} is not valid before ${new Date(notBefore).toISOString()}`
  if (at > notAfter) return `the certificate of ${subject} expired at ${new Date(notAfter).toISOString()}`
  return undefined
}

/** Everything against one complete path, leaf first, root last. */
const pathFaults = (path: readonly Certificate[], at: number): string[] => {
  const faults = path.flatMap((certificate) => {
    const time = timeFault(certificate, at)
    return [
      ...(time === undefined ? [] : [time]),
      ...certificate.faults.map((fault) => `the certificate of ${certificate.subject}: ${fault}`),
    ]
  })
  path.slice(1).forEach((authority, below) => {
    if (!authority.isAuthority) faults.push(`${authority.subject} is not a certificate authority`)
    if (below > authority.pathLength)
      faults.push(`the path below ${authority.subject} is longer than it allows`)
  })
  const [leaf] = path
  if (leaf?.signsModels !== undefined)
    faults.push(`the certificate of ${leaf.subject} may not sign models: ${leaf.signsModels}`)
  return faults
}

/** Trusted when some path to a root has no fault; else the faults of the best path, or that there is none. */
export const findCertificatePath = (
  leaf: Certificate,
  intermediates: readonly Certificate[],
  roots: readonly Certificate[],
  at: number,
): PathVerdict => {
  let checks = 0
  let best: string[] | undefined
  let found: readonly Certificate[] | undefined

  const judge = (path: readonly Certificate[]): void => {
    const faults = pathFaults(path, at)
    if (faults.length === 0) found = path
    else if (best === undefined || faults.length < best.length) best = faults
  }
  const extend = (path: readonly Certificate[]): void => {
    const last = path.at(-1)
    if (found !== undefined || last === undefined) return
    if (roots.some((root) => isSame(root, last))) {
      judge(path)
      return
    }
    if (path.length === MAX_PATH) return
    for (const issuer of [...roots, ...intermediates]) {
      if (found !== undefined || checks >= MAX_CHECKS) return
      if (path.some((one) => isSame(one, issuer))) continue
      checks += 1
      if (issued(issuer, last)) extend([...path, issuer])
    }
  }

  extend([leaf])
  if (found !== undefined) return { verdict: 'trusted', path: found }
  return {
    verdict: 'untrusted',
    reasons: best ?? [`no path leads from the certificate of ${leaf.subject} to a trusted root`],
  }
}
