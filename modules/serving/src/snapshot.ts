/** What serving runs on: an immutable list of routes, replaced as a whole. */
import type { Digest, ModelSignature, Stage } from '@rampart/domain'

export type SnapshotRoute = {
  /** The name in the URL: `/v2/models/NAME/infer`. */
  readonly name: string
  readonly model: string
  readonly version: string
  /** Names the model version. */
  readonly digest: Digest
  /** Digest of the file at `modelPath`; `digest` itself when absent. Checked over the bytes that are loaded. */
  readonly artifactDigest?: Digest
  /** Only `deployed` versions are served; others are listed so that the answer can say why not. */
  readonly stage: Stage
  readonly tenant: string
  /** Answers requests that name no version. */
  readonly isDefault: boolean
  readonly modelPath: string
  readonly signature: ModelSignature
  readonly labels: Readonly<Record<string, string>>
  readonly classes?: readonly string[]
  readonly features?: readonly unknown[]
  /** JSON Schema (draft 2020-12) that the whole request body must match. */
  readonly payloadSchema?: unknown
  /** Changes whenever the route's content changes. */
  readonly epoch: number
}

export type Snapshot = { readonly routes: readonly SnapshotRoute[] }

export type RouteFailure = {
  readonly route: string
  readonly model: string
  readonly version: string
  readonly tenant: string
  readonly code: string
  readonly message: string
}

/** What became of a snapshot; failed versions are not served, everything else is. */
export type SnapshotReport = { readonly loaded: readonly string[]; readonly failed: readonly RouteFailure[] }

/** `tenant/name/version`: one served thing. */
export const routeKey = (route: Pick<SnapshotRoute, 'tenant' | 'name' | 'version'>): string =>
  `${route.tenant}/${route.name}/${route.version}`
