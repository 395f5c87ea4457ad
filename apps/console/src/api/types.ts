/** Names for the answers of the control API, all derived from the API document; times RFC 3339, digests `sha256:…`. */
import type { AnswerTo, InputOf, Method, PathFor } from '@rampart/client'

type Get<P extends PathFor<'get'>> = AnswerTo<'get', P>
type Item<T> = T extends { readonly items: readonly (infer I)[] } ? I : never

export type Input<M extends Method, P extends PathFor<M>> = InputOf<M, P>

export type Session = Get<'/api/v1/session'>

export type Overview = Get<'/api/v1/overview'>
export type PipelineRoom = Overview['pipeline']['rooms'][number]
export type PipelineArrow = Overview['pipeline']['arrows'][number]
export type ModelTile = Overview['models'][number]

export type ModelVersionItem = Item<Get<'/api/v1/models'>>
export type Stage = ModelVersionItem['stage']
export type Passport = Get<'/api/v1/models/{name}/versions/{version}'>
export type Transition = Passport['transitions'][number]
export type TransitionAction = Passport['actions'][number]
export type PassportEvidence = Passport['evidence'][number]
export type Evidence = Get<'/api/v1/evidence/{id}'>
export type PublicKey = Item<Get<'/api/v1/keys'>>
export type Decision = Item<Get<'/api/v1/decisions'>>

export type Route = Item<Get<'/api/v1/routes'>>
export type RoutePlan = Get<'/api/v1/routes/{name}/plan'>
export type CanaryAction = InputOf<'post', '/api/v1/routes/{name}/canary'>['body']['action']
export type RouteStats = Get<'/api/v1/routes/{name}/stats'>['versions'][number]

export type InferenceRecord = Get<'/api/v1/inference-log/{id}'>
export type RecordProof = Get<'/api/v1/inference-log/{id}/proof'>
export type Replay = AnswerTo<'post', '/api/v1/inference-log/{id}/replay'>

export type TelemetryItem = Item<Get<'/api/v1/telemetry'>>
export type DriftVerdict = TelemetryItem['verdict']
export type TelemetryDetail = Get<'/api/v1/telemetry/{model}/{version}'>
export type TelemetryWindow = TelemetryDetail['windows'][number]
export type FeatureDrift = TelemetryWindow['features'][number]
export type DriftThresholds = TelemetryDetail['thresholds']
export type FeatureDetail = Get<'/api/v1/telemetry/{model}/{version}/features/{feature}'>
export type Histogram = FeatureDetail['reference']

export type Signal = Get<'/api/v1/signals/{id}'>
export type SignalState = Signal['state']
export type Severity = Signal['severity']
export type EntityRef = { readonly kind: string; readonly id: string }

export type Pack = InputOf<'get', '/api/v1/policies/{pack}'>['path']['pack']
export type PolicySummary = Item<Get<'/api/v1/policies'>>
export type PolicyDetail = Get<'/api/v1/policies/{pack}'>
export type PolicyRevision = Item<Get<'/api/v1/policies/{pack}/history'>>
export type PolicyCheck = AnswerTo<'post', '/api/v1/policies/{pack}/check'>
export type PolicyFault = PolicyCheck['faults'][number]

export type AuditEntry = Item<Get<'/api/v1/audit/entries'>>
export type InclusionProof = Get<'/api/v1/audit/entries/{index}'>
export type Checkpoint = Get<'/api/v1/audit/checkpoint'>
export type AuditVerification = AnswerTo<'post', '/api/v1/audit/verify'>

export type Role = NonNullable<InputOf<'post', '/api/v1/api-keys'>['body']['roles']>[number]
export type ApiKey = Item<Get<'/api/v1/api-keys'>>
export type ServiceAccount = Item<Get<'/api/v1/service-accounts'>>

export type RampartEvent = Item<Get<'/api/v1/events'>>
