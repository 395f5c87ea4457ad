/** What Rampart does with versions, as OpenLineage RunEvents: each step is a run with a START and a COMPLETE. Pure. */
import type { StoredEvent } from '@rampart/kit'
import { type EventDataset, PRODUCER, RUN_EVENT_SCHEMA_URL, type RunEvent } from './event-schema.ts'

export const EXPORTED_EVENTS = [
  'rampart.model-version.registered.v1',
  'rampart.model-version.transitioned.v1',
] as const

type Step = {
  readonly name: string
  readonly version: string
  readonly digest: string
  readonly stage: string
  readonly job: string
  readonly reason?: string
  readonly decisionId?: string
}

const JOBS: Readonly<Record<string, string>> = {
  assessed: 'assess',
  approved: 'approve',
  deployed: 'deploy',
  retired: 'retire',
  quarantined: 'quarantine',
  retracted: 'retract',
  registered: 'release',
}
const FACETS = 'https://openlineage.io/spec/facets'

const stepOf = ({ type, data }: StoredEvent): Step => {
  const { name, version, digest, stage, to, reason, decision_id } = data as Record<string, string>
  const common = { name: String(name), version: String(version), digest: String(digest) }
  if (type === 'rampart.model-version.registered.v1')
    return { ...common, stage: String(stage), job: 'register' }
  return {
    ...common,
    stage: String(to),
    job: JOBS[String(to)] ?? 'change',
    reason: String(reason),
    decisionId: String(decision_id),
  }
}

/** OpenLineage's own words for the ends of a dataset's life. */
const LIFECYCLE: Readonly<Record<string, string>> = { register: 'CREATE', retract: 'DROP' }

const datasetOf = (step: Step, { tenant, principal }: StoredEvent, namespace: string): EventDataset => {
  const lifecycle = LIFECYCLE[step.job]
  return {
    namespace,
    name: `${step.name}:${step.version}`,
    facets: {
      version: {
        _producer: PRODUCER,
        _schemaURL: `${FACETS}/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet`,
        datasetVersion: step.digest,
      },
      rampart_modelVersion: {
        _producer: PRODUCER,
        _schemaURL: 'https://rampart.dev/openlineage/1-0-0/ModelVersionDatasetFacet.json',
        name: step.name,
        version: step.version,
        digest: step.digest,
        stage: step.stage,
        tenant,
        principal,
        ...(step.reason === undefined ? {} : { reason: step.reason }),
        ...(step.decisionId === undefined ? {} : { decisionId: step.decisionId }),
      },
      ...(lifecycle === undefined
        ? {}
        : {
            lifecycleStateChange: {
              _producer: PRODUCER,
              _schemaURL: `${FACETS}/1-0-1/LifecycleStateChangeDatasetFacet.json#/$defs/LifecycleStateChangeDatasetFacet`,
              lifecycleStateChange: lifecycle,
            },
          }),
    },
  }
}

/** Two events, with the id of the stored one as run id: a receiver that gets them again can tell. */
export const writeRunEvents = (event: StoredEvent, namespace: string): readonly RunEvent[] => {
  const step = stepOf(event)
  const dataset = datasetOf(step, event, namespace)
  const common = {
    eventTime: event.time,
    producer: PRODUCER,
    schemaURL: RUN_EVENT_SCHEMA_URL,
    run: { runId: event.id, facets: {} },
    job: {
      namespace,
      name: step.job,
      facets: {
        jobType: {
          _producer: PRODUCER,
          _schemaURL: `${FACETS}/2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet`,
          processingType: 'BATCH',
          integration: 'RAMPART',
          jobType: 'STEP',
        },
      },
    },
    // A registration makes the version; every other step reads it and leaves it changed in stage.
    inputs: step.job === 'register' ? [] : [dataset],
    outputs: [dataset],
  }
  return [
    { ...common, eventType: 'START' },
    { ...common, eventType: 'COMPLETE' },
  ]
}
