/** Approvals, given what they reach of the other rooms, and the way of their notifications out of the house. */
import { createApprovalRoom } from '@rampart/approvals'
import type { Audit } from '@rampart/audit'
import { createOutboundHttp, parseServerUrl } from '@rampart/connectors/outbound'
import type { Digest } from '@rampart/domain'
import type { Inventory, InventoryDeps } from '@rampart/inventory'
import type { Policy } from '@rampart/policy'
import { canonicalDigest } from '@rampart/signing'
import { type EvidenceRecord, evidenceBinding, type Trust } from '@rampart/trust'
import type { Ground } from './ground.ts'

const DAY_MS = 86_400_000
const ANSWER_BYTES = 16 * 1024

/** Undefined when no webhook is configured. */
const createWebhook = ({ config, outbound, secrets }: Ground) => {
  const { webhookUrl, webhookSecretRef } = config.approvals
  if (webhookUrl === undefined) return undefined
  const url = parseServerUrl(webhookUrl, ['http:', 'https:'])
  const http = createOutboundHttp({ addresses: outbound })
  return {
    secret: () => secrets.resolve(webhookSecretRef),
    post: async (notice: {
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
      readonly signal: AbortSignal
    }) => (await http.bytes({ url, method: 'POST', ...notice, maxBytes: ANSWER_BYTES })).status,
    close: http.close,
  }
}

export const createApprovalWiring = (
  ground: Ground,
  rooms: {
    readonly audit: Audit
    readonly policy: Policy
    readonly trust: Trust
    readonly inventory: Inventory
  },
) => {
  const { policy, trust, inventory } = rooms
  const webhook = createWebhook(ground)
  /** An approval was given under these rules: who may approve, and what evidence a step needs. */
  const policyDigest = (): Digest =>
    canonicalDigest({ approval: policy.hot('approval').digest, promotion: policy.hot('promotion').digest })
  const room = createApprovalRoom<EvidenceRecord>({
    ...ground,
    ...rooms,
    evidence: trust,
    pack: () => policy.hot('approval'),
    policyDigest,
    evidenceDigest: evidenceBinding,
    versions: {
      ...inventory,
      settle: async ({ tenant, name, version, stage }) => {
        await inventory.settle(tenant, { name, version }, stage)
      },
    },
    requestMs: ground.config.approvals.requestDays * DAY_MS,
    ...(webhook === undefined ? {} : { webhook }),
  })
  return {
    ...room,
    onPolicyChange: (listener: () => void) =>
      policy.onChange(({ pack }) => {
        if (pack === 'approval' || pack === 'promotion') listener()
      }),
    stop: async (): Promise<void> => {
      await room.stop()
      await webhook?.close()
    },
  }
}

export type ApprovalWiring = ReturnType<typeof createApprovalWiring>

/** The inventory is made first and asks later: what it reaches of approvals is looked up when it is used. */
export const lateApprovals = (wired: () => ApprovalWiring | undefined): InventoryDeps['approvals'] => {
  const room = (): ApprovalWiring => {
    const found = wired()
    if (found === undefined) throw new Error('approvals were asked before they were made')
    return found
  }
  return {
    standing: (tx, version, facts) => room().standing(tx, version, facts as readonly EvidenceRecord[]),
    preview: (tx, principal, version, facts) =>
      room().preview(tx, principal, version, facts as readonly EvidenceRecord[]),
    approve: (principal, ref, { reason, revision }) =>
      room().approvals.approve(principal, ref, {
        reason,
        ...(revision === undefined ? {} : { versionRevision: revision }),
      }),
  }
}
