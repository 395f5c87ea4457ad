/** Attestations given beside a plain model: each must be about its bytes; with a key they are evidence, without a claim. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type BomEvidence, type BomFacts, type BomProvenance, readProvenance } from '@rampart/codecs'
import { isAboutAny, isAttestedBy, readAttestation } from '@rampart/signing/model'
import { cliErrors } from '../errors.ts'
import { attestationName } from './plain-facts.ts'

type Found = { readonly evidence: BomEvidence; readonly provenance?: BomProvenance }

const readOne = async (
  facts: BomFacts,
  where: { readonly cwd: string; readonly path: string; readonly publicKey?: string },
): Promise<Found> => {
  const { cwd, path, publicKey } = where
  const bytes = await readFile(resolve(cwd, path)).catch((cause: unknown) => {
    throw cliErrors.CLI_NO_FILE(`--attestation: the file ${path} cannot be read`, { cause })
  })
  const reading = readAttestation(bytes)
  if ('fault' in reading) throw cliErrors.CLI_USAGE(`${path} is no attestation: ${reading.fault}`)
  const { attestation } = reading
  const digests = new Set([facts.sha256, ...facts.files.map(({ sha256 }) => sha256)])
  if (!isAboutAny(attestation, digests))
    throw cliErrors.CLI_USAGE(`${path} is about other bytes than this model’s`)
  const isVerified = publicKey !== undefined && isAttestedBy(attestation, publicKey)
  if (publicKey !== undefined && !isVerified)
    throw cliErrors.CLI_MODEL_UNTRUSTED(`${path} is not signed by the given public key`)
  const provenance = readProvenance(attestation.predicateType, attestation.predicate)
  return {
    evidence: {
      predicateType: attestation.predicateType,
      url: encodeURI(attestationName(path)),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      isVerified,
    },
    ...(provenance === undefined
      ? {}
      : { provenance: { ...provenance, tier: isVerified ? 'verified' : 'declared' } }),
  }
}

/** Throws CLI_NO_FILE, CLI_USAGE for what is no attestation of this model, CLI_MODEL_UNTRUSTED for a wrong signature. */
export const withAttestations = async (
  facts: BomFacts,
  paths: readonly string[],
  options: { readonly cwd: string; readonly publicKey?: string },
): Promise<BomFacts> => {
  const found = await Promise.all(paths.map((path) => readOne(facts, { ...options, path })))
  const provenance = found.find((one) => one.provenance !== undefined)?.provenance
  return {
    ...facts,
    evidence: [...facts.evidence, ...found.map(({ evidence }) => evidence)],
    ...(provenance === undefined ? {} : { provenance }),
  }
}
