/** Evidence: makes signed in-toto statements about digests, and verifies them again on every read. */
import {
  type AssessmentPredicate,
  type Digest,
  DSSE_PAYLOAD_TYPE,
  type EntityRef,
  type Envelope,
  entity,
  isDigest,
  PREDICATE,
  type Principal,
  parseModelVersionRef,
  principalName,
} from '@rampart/domain'
import { type Clock, type Database, type EventLog, newId, type Random, type Tx } from '@rampart/kit'
import { canonicalDigest, canonicalJson, createStatement, type Signer, signEnvelope } from '@rampart/signing'
import { trustErrors } from './errors.ts'
import { createEvidenceVerifier, type EvidenceRecord } from './evidence-verification.ts'
import { selectSigners } from './signers/store.ts'
import { type EvidenceRow, insertEvidence, selectById, selectBySubject, selectBySubjects } from './store.ts'

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

export type TrustDeps = {
  readonly database: Database
  readonly eventLog: EventLog
  readonly clock: Clock
  readonly random: Random
  /** `openEd25519Signer(HOME/keys/evidence.pem)`. */
  readonly signer: Signer
  readonly audit: AuditPort
}

export type StatementRequest = {
  /** `NAME:VERSION` of the model version, or another name of the subject. */
  readonly subjectName: string
  readonly digest: Digest
  readonly predicateType: string
  readonly predicate: Readonly<Record<string, unknown>>
}

export type PublicKeyView = {
  readonly keyid: string
  readonly algorithm: 'ed25519'
  readonly use: 'evidence' | 'audit'
  /** SPKI PEM. */
  readonly pem: string
}

type Subject = { readonly name: string; readonly digest: Digest }

export interface Trust {
  /** Signs, stores, publishes and audits in the caller's transaction. Throws SIGNING_STATEMENT_INVALID. */
  attest(tx: Tx, principal: Principal, request: StatementRequest): Promise<{ id: string; envelope: Envelope }>
  attestAssessment(
    tx: Tx,
    principal: Principal,
    subject: Subject,
    predicate: AssessmentPredicate,
  ): Promise<void>
  /** Signs a statement without storing it: for documents that are made on request. */
  seal(request: StatementRequest): Envelope
  /** Newest first; `verified` is recomputed from the stored bytes. Throws TRUST_SUBJECT_INVALID. */
  evidenceFor(tenant: string, digest: string): Promise<readonly EvidenceRecord[]>
  /** The same about several digests, newest first within each. */
  evidenceAbout(tenant: string, digests: readonly Digest[]): Promise<readonly EvidenceRecord[]>
  /** The same in the caller's transaction. */
  evidenceIn(tx: Tx, digests: readonly Digest[]): Promise<readonly EvidenceRecord[]>
  /** Throws TRUST_EVIDENCE_NOT_FOUND. */
  evidence(tenant: string, id: string): Promise<EvidenceRecord>
  publicKeys(): readonly PublicKeyView[]
}

const subjectEntity = (name: string, digest: Digest): EntityRef =>
  parseModelVersionRef(name) === undefined ? entity('artifact', digest) : entity('model-version', name)

const eventOf = (id: string, principal: string, request: StatementRequest) => {
  const ref = parseModelVersionRef(request.subjectName)
  return {
    type: 'rampart.evidence.recorded.v1',
    subject: request.subjectName,
    principal,
    data: {
      evidence_id: id,
      subject_digest: request.digest,
      predicate_type: request.predicateType,
      ...(ref === undefined ? {} : { model: ref.name, version: ref.version }),
    },
  }
}

const sealWith =
  (signer: Signer): Trust['seal'] =>
  ({ subjectName, digest, predicateType, predicate }) => {
    if (!isDigest(digest)) throw trustErrors.TRUST_SUBJECT_INVALID('the subject is not a sha256 digest')
    const subject = [{ name: subjectName, digest: { sha256: digest.slice('sha256:'.length) } }]
    const payload = Buffer.from(canonicalJson(createStatement({ subject, predicateType, predicate })))
    return signEnvelope(DSSE_PAYLOAD_TYPE, payload, [signer])
  }

const createAttest =
  (deps: TrustDeps): Trust['attest'] =>
  async (tx, principal, request) => {
    const { subjectName, digest, predicateType } = request
    const envelope = sealWith(deps.signer)(request)
    const id = newId(deps.clock, deps.random)
    const who = principalName(principal)
    const { tenant } = principal
    await insertEvidence(tx, tenant, {
      id,
      subjectDigest: digest,
      subjectName,
      predicateType,
      principal: who,
      time: deps.clock.iso(),
      envelope: canonicalJson(envelope),
    })
    await deps.eventLog.publish(tx, tenant, eventOf(id, who, request))
    await deps.audit.record(tx, {
      tenant,
      principal: who,
      action: 'evidence:record',
      entity: subjectEntity(subjectName, digest),
      outcome: 'success',
      // The digest ties the envelope's exact bytes to the log.
      details: {
        evidenceId: id,
        subjectDigest: digest,
        predicateType,
        envelopeDigest: canonicalDigest(envelope),
      },
    })
    return { id, envelope }
  }

export const createTrust = (deps: TrustDeps): Trust => {
  const { database, signer } = deps
  const attest = createAttest(deps)
  const verify = createEvidenceVerifier([signer.publicKey])
  const { keyid, pem } = signer.publicKey

  /** Signers are read with the evidence, in one transaction: a revocation is seen wholly or not at all. */
  const judge = async (tx: Tx, rows: readonly EvidenceRow[]): Promise<readonly EvidenceRecord[]> => {
    const rests = rows.some(({ predicateType }) => predicateType === PREDICATE.signature)
    const signers = new Map((rests ? await selectSigners(tx) : []).map((one) => [one.name, one]))
    return rows.map((row) => verify(row, signers))
  }

  const attestAs =
    (predicateType: string): Trust['attestAssessment'] =>
    async (tx: Tx, principal: Principal, { name, digest }: Subject, predicate: object) => {
      await attest(tx, principal, { subjectName: name, digest, predicateType, predicate: { ...predicate } })
    }

  return {
    attest,
    seal: sealWith(signer),
    attestAssessment: attestAs(PREDICATE.assessment),
    evidenceFor: async (tenant, digest) => {
      if (!isDigest(digest))
        throw trustErrors.TRUST_SUBJECT_INVALID('the digest is not sha256:<64 hex digits>')
      return database.read(tenant, async (tx) => judge(tx, await selectBySubject(tx, digest)))
    },
    evidenceAbout: (tenant, digests) =>
      database.read(tenant, async (tx) => judge(tx, await selectBySubjects(tx, digests))),
    evidenceIn: async (tx, digests) => judge(tx, await selectBySubjects(tx, digests)),
    evidence: async (tenant, id) => {
      const [found] = await database.read(tenant, async (tx) => {
        const row = await selectById(tx, id)
        return row === undefined ? [] : judge(tx, [row])
      })
      if (found === undefined) throw trustErrors.TRUST_EVIDENCE_NOT_FOUND('there is no evidence with this id')
      return found
    },
    publicKeys: () => [{ keyid, algorithm: 'ed25519', use: 'evidence', pem }],
  }
}
