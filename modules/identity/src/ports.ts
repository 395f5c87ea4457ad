/** What identity needs from other rooms and from outside. */
import type { EntityRef } from '@rampart/domain'
import type { Tx } from '@rampart/kit'

export interface AuditPort {
  record(
    tx: Tx,
    entry: {
      readonly tenant: string
      readonly principal: string
      readonly action: string
      readonly entity: EntityRef
      readonly outcome: 'success' | 'denied' | 'failure'
      readonly details: Readonly<Record<string, unknown>>
    },
  ): Promise<void>
}

/** Throws an Unauthenticated AppError for a bad token, Unavailable when the issuer cannot be asked. */
export interface TokenVerifier {
  verify(
    token: string,
  ): Promise<{ readonly subject: string; readonly roles: readonly string[]; readonly expiresAt: number }>
}

/** Negative answers are data; certificates are PEM text or DER, leaf first. */
export interface CertificateVerifier {
  verifyComponentCertificate(
    chain: string | readonly Uint8Array[],
    nowMs?: number,
  ):
    | { readonly verdict: 'trusted'; readonly tenant: string; readonly id: string; readonly notAfter: number }
    | { readonly verdict: 'untrusted'; readonly reasons: readonly string[] }
}
