/** What serving runs on: an immutable list of served versions and of the plans that choose among them. */
import type { Digest, Envelope, ModelSignature, Stage } from '@rampart/domain'
import type { BackendSpec } from './backend-spec.ts'
import type { RouteLog } from './payload-rule.ts'
import type { Postprocess } from './postprocess.ts'
import type { RouteMatch } from './route-match.ts'

export type SnapshotRoute = {
  /** The route's name; in the URL too unless `path` says otherwise. */
  readonly name: string
  /** The name in the URL: `/v2/models/PATH/infer`. */
  readonly path?: string
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
  /** Name of the Backend that runs the version elsewhere; this process runs it when absent. */
  readonly backend?: string
  /** What is written about that Backend; absent when there is no such one. */
  readonly remote?: BackendSpec
  readonly signature: ModelSignature
  readonly labels: Readonly<Record<string, string>>
  readonly classes?: readonly string[]
  readonly features?: readonly unknown[]
  /** JSON Schema (draft 2020-12) that the whole request body must match. */
  readonly payloadSchema?: unknown
  readonly postprocess?: Postprocess
  /** What its records keep. */
  readonly log?: RouteLog
  /** Gets copies of other versions' calls only; never answers. */
  readonly isShadow?: boolean
  /** The signed verdict about `digest`: without a valid one the version is not served. Not part of the content. */
  readonly verdict?: Envelope
  /** Changes whenever the route's content changes. */
  readonly epoch: number
}

/** One version of a plan; it must be among the snapshot's routes under the plan's name. */
export type PlanBackend = {
  readonly model: string
  readonly version: string
  readonly backend?: string
  readonly weight: number
}

/** How the calls of one route are spread. A route without a plan is answered by its default version. */
export type SnapshotPlan = {
  readonly tenant: string
  readonly name: string
  readonly path?: string
  /** Calls that this route is for; all when absent. */
  readonly match?: RouteMatch
  /** In the order of preference when one must stand in for another; weight 0 only stands in. */
  readonly backends: readonly PlanBackend[]
  /** What keeps a caller on one backend; the request's id decides when absent. */
  readonly sticky?: { readonly by: 'caller' } | { readonly by: 'header'; readonly header: string }
  /** The version whose share grows. */
  readonly canary?: { readonly model: string; readonly version: string }
  /** `timeoutMs` bounds every attempt but the last. */
  readonly fallback?: { readonly timeoutMs?: number }
  readonly shadow?: {
    readonly model: string
    readonly version: string
    /** Share of the calls that are copied, 0 to 1. */
    readonly sampleRate: number
    /** Floats further apart than this are counted as different. */
    readonly tolerance: number
  }
}

export type Snapshot = {
  readonly routes: readonly SnapshotRoute[]
  readonly plans?: readonly SnapshotPlan[]
  /** `versionKey` of every version that may be served; one that a route left may answer until its successor is loaded. */
  readonly deployed?: ReadonlySet<string>
}

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

/** `tenant/name/model/version`, and the Backend's name where it runs elsewhere: one served thing. */
export const routeKey = (
  route: Pick<SnapshotRoute, 'tenant' | 'name' | 'model' | 'version'> & { readonly backend?: string },
): string =>
  `${route.tenant}/${route.name}/${route.model}/${route.version}${route.backend === undefined ? '' : `/${route.backend}`}`

/** One immutable version, whatever routes it answers on. */
export const versionKey = (route: Pick<SnapshotRoute, 'tenant' | 'model' | 'version' | 'digest'>): string =>
  `${route.tenant}/${route.model}/${route.version}@${route.digest}`
