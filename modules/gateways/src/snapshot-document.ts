/**
 * What a gateway serves by, as one signed document: routes, plans, the inference policy, who may call, and how rows are
 * read for drift. DSSE over JSON, signed by the control plane's evidence key. `epoch` grows with the content; a later
 * `issuedAt` of the same epoch only prolongs it.
 */
import { hash } from 'node:crypto'
import type { Digest, Envelope } from '@rampart/domain'
import type { CallerMaterial } from '@rampart/identity'
import type { PackContent } from '@rampart/policy'
import type { Snapshot, SnapshotPlan, SnapshotRoute } from '@rampart/serving'
import {
  parseEnvelope,
  type Signer,
  signEnvelope,
  type VerificationKey,
  verifyEnvelope,
} from '@rampart/signing'
import type { VersionLayout } from '@rampart/telemetry'
import { gatewaysErrors } from './errors.ts'

export const SNAPSHOT_TYPE = 'application/vnd.rampart.gateway-snapshot+json'
const SCHEMA = 'gateway-snapshot/1'
const MAX_BYTES = 16 * 1024 * 1024

/** A route without what only one process can know: where its file is, and its number. */
export type DocumentRoute = Omit<SnapshotRoute, 'modelPath' | 'epoch'>

export type SnapshotContent = {
  readonly mode: 'development' | 'production'
  readonly oidc?: { readonly issuer: string; readonly audience: string; readonly rolesClaim: string }
  readonly routes: readonly DocumentRoute[]
  readonly plans: readonly SnapshotPlan[]
  /** PEM of the keys that sign verdicts; absent where none are asked for. */
  readonly verdictKeys?: readonly string[]
  /** Keys of the versions that may be served. */
  readonly deployed: readonly string[]
  readonly policy: PackContent
  readonly callers: CallerMaterial
  readonly layouts: readonly VersionLayout[]
}

export type GatewaySnapshot = SnapshotContent & {
  readonly schema: typeof SCHEMA
  readonly tenant: string
  readonly epoch: number
  /** RFC 3339. */
  readonly issuedAt: string
  /** After this the gateway refuses calls: it no longer knows who was revoked. */
  readonly expiresAt: string
}

/** The tenant's part of the router's snapshot. */
export const contentOf = (
  snapshot: Snapshot,
  tenant: string,
): Pick<SnapshotContent, 'routes' | 'plans' | 'deployed'> => ({
  routes: snapshot.routes
    .filter((route) => route.tenant === tenant)
    .map(({ modelPath: _path, epoch: _epoch, ...route }) => route),
  plans: (snapshot.plans ?? []).filter((plan) => plan.tenant === tenant),
  deployed: [...(snapshot.deployed ?? [])].filter((key) => key.startsWith(`${tenant}/`)).sort(),
})

/** Digests of the files that the gateway loads itself. */
export const artifactsOf = ({ routes }: Pick<SnapshotContent, 'routes'>): Set<Digest> =>
  new Set(
    routes
      .filter(({ stage, backend }) => stage === 'deployed' && backend === undefined)
      .map(({ artifactDigest, digest }) => artifactDigest ?? digest),
  )

/** Throws GATEWAY_SNAPSHOT_TOO_LARGE. */
export const signSnapshot = (
  content: SnapshotContent,
  about: Pick<GatewaySnapshot, 'tenant' | 'epoch' | 'issuedAt' | 'expiresAt'>,
  signer: Signer,
): Envelope => {
  const payload = Buffer.from(JSON.stringify({ schema: SCHEMA, ...about, ...content }))
  if (payload.length > MAX_BYTES)
    throw gatewaysErrors.GATEWAY_SNAPSHOT_TOO_LARGE(`the snapshot has ${payload.length} bytes`)
  return signEnvelope(SNAPSHOT_TYPE, payload, [signer])
}

const isList = (value: unknown): boolean => Array.isArray(value)
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

/** The signer is trusted; this only tells an older or newer format from ours. */
const readDocument = (payload: Uint8Array): GatewaySnapshot => {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(payload).toString('utf8'))
  } catch (cause) {
    throw gatewaysErrors.GATEWAY_SNAPSHOT_INVALID('the snapshot is not JSON', { cause })
  }
  const found = value as GatewaySnapshot
  const sound =
    isObject(value) &&
    found.schema === SCHEMA &&
    Number.isSafeInteger(found.epoch) &&
    Number.isFinite(Date.parse(found.issuedAt)) &&
    Number.isFinite(Date.parse(found.expiresAt)) &&
    [found.routes, found.plans, found.deployed, found.layouts, found.callers?.keys].every(isList) &&
    isObject(found.policy)
  if (!sound) throw gatewaysErrors.GATEWAY_SNAPSHOT_INVALID(`the snapshot is no ${SCHEMA}`)
  return found
}

export type Acceptance = {
  readonly keys: readonly VerificationKey[]
  readonly tenant: string | undefined
  /** What is followed now: nothing older replaces it. */
  readonly current: Pick<GatewaySnapshot, 'epoch' | 'issuedAt'> | undefined
}

/** Throws GATEWAY_SNAPSHOT_… for what is forged, of another tenant, older, or unreadable. Expiry is judged by the user. */
export const openSnapshot = (envelope: unknown, { keys, tenant, current }: Acceptance): GatewaySnapshot => {
  const verdict = verifyEnvelope(parseEnvelope(envelope), { keys, payloadType: SNAPSHOT_TYPE })
  if (verdict.verdict === 'untrusted')
    throw gatewaysErrors.GATEWAY_SNAPSHOT_FORGED(verdict.reasons.join('; '))
  const found = readDocument(verdict.payload)
  if (tenant !== undefined && found.tenant !== tenant)
    throw gatewaysErrors.GATEWAY_SNAPSHOT_OTHER_TENANT(`it is for ${found.tenant}, not for ${tenant}`)
  if (current === undefined) return found
  const earlier = Date.parse(found.issuedAt) < Date.parse(current.issuedAt)
  if (found.epoch < current.epoch || (found.epoch === current.epoch && earlier))
    throw gatewaysErrors.GATEWAY_SNAPSHOT_OLDER(`epoch ${found.epoch} after ${current.epoch}`)
  return found
}

/** Names the versions that a plan chooses among; their counters belong together. */
export const planName = ({ canary, backends }: SnapshotPlan): string =>
  hash(
    'sha256',
    JSON.stringify([canary, backends.map(({ model, version, backend }) => [model, version, backend])]),
  ).slice(0, 32)
