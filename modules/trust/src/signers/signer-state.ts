/** Whether a signature that was accepted once still counts. Pure. */
import { identityId, isValidAt } from './signer-spec.ts'
import type { SignerRow } from './store.ts'

export type AcceptedSignature = {
  readonly signer: string
  readonly identity: string
  readonly receivedAtMs: number
}

/** Why it counts no more; undefined while it does. Judged by when it was received: that moment we know ourselves. */
export const signatureFault = (
  { signer: name, identity: id, receivedAtMs }: AcceptedSignature,
  signers: ReadonlyMap<string, Pick<SignerRow, 'spec' | 'revocation'>>,
): string | undefined => {
  const signer = signers.get(name)
  if (signer === undefined) return `the signer ${name} does not exist any more`
  const { revocation, spec } = signer
  if (revocation !== null && (revocation.since === undefined || receivedAtMs >= Date.parse(revocation.since)))
    return `the signer ${name} is revoked: ${revocation.reason}`
  const identity = spec.identities.find((one) => identityId(one) === id)
  if (identity === undefined) return `the signer ${name} does not use this identity any more`
  return isValidAt(identity, receivedAtMs)
    ? undefined
    : `the identity of ${name} was not valid when it was received`
}
