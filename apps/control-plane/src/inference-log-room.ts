/** The inference log with what it asks of the other rooms. */
import { join } from 'node:path'
import type { Audit } from '@rampart/audit'
import { DEFAULT_TENANT, type Digest } from '@rampart/domain'
import { createInferenceLog, type InferenceLog, type InferenceLogDeps } from '@rampart/inference-log'
import { createAuditAnchor, type RouteResources, type Serving } from '@rampart/serving'
import { serverErrors } from './errors.ts'
import type { Ground } from './ground.ts'

const TENANT_DAYS = /^([A-Za-z0-9][A-Za-z0-9._-]{0,127})=([1-9][0-9]{0,4})$/

/** `red=7,blue=90`; throws SERVER_BAD_CONFIG. */
const readTenantDays = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text
      .split(/[\s,]+/)
      .filter((part) => part !== '')
      .map((part) => {
        const [, tenant, days] = TENANT_DAYS.exec(part) ?? []
        if (tenant === undefined)
          throw serverErrors.SERVER_BAD_CONFIG(
            `inferenceLog.tenantRetentionDays: "${part}" is not TENANT=DAYS.`,
          )
        return [tenant, Number(days)] as const
      }),
  )

/** Segments hold records of every tenant, so their entries are the log's own. */
const createAuditLink =
  (audit: Pick<Audit, 'entries' | 'inclusionProof'>): InferenceLogDeps['auditLink'] =>
  async (segment) => {
    const [entry] = await audit.entries({
      tenant: DEFAULT_TENANT,
      action: 'inference-log.anchor',
      entityKind: 'inference-log',
      entityId: segment,
      limit: 1,
    })
    if (entry === undefined) return undefined
    const { leaf, proof, checkpoint } = await audit.inclusionProof(DEFAULT_TENANT, entry.index)
    const { root, records } = entry.details as { readonly root: Digest; readonly records: number }
    return {
      entry: leaf,
      index: proof.index,
      size: proof.treeSize,
      hashes: proof.hashes,
      checkpoint: checkpoint.note,
      anchor: { id: segment, root, records },
    }
  }

export const createInferenceLogRoom = (
  ground: Ground,
  deps: { readonly audit: Audit; readonly serving: Serving; readonly routes: Pick<RouteResources, 'list'> },
): InferenceLog => {
  const { config, home } = ground
  return createInferenceLog({
    ...ground,
    rotate: deps.serving.rotateRecords,
    anchor: createAuditAnchor({ ...ground, audit: deps.audit }),
    auditLink: createAuditLink(deps.audit),
    routeRetention: async (tenant) =>
      new Map(
        (await deps.routes.list(tenant)).flatMap(({ name, spec }) =>
          spec.log?.retentionDays === undefined ? [] : [[name, spec.log.retentionDays] as const],
        ),
      ),
    options: {
      segmentsFolder: join(home, 'inference'),
      processesFolder: join(home, 'serving', 'processes'),
      folder: join(home, 'inference-log'),
      retentionDays: config.inferenceLog.retentionDays,
      tenantRetentionDays: readTenantDays(config.inferenceLog.tenantRetentionDays),
      maxBytes: config.inferenceLog.maxBytes,
    },
  })
}
