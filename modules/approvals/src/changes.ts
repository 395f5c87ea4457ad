/** Every change of a request in one place: state, history, event, audit entry and notification in the caller's transaction. */
import {
  type ApprovalState,
  type Digest,
  formatModelVersionRef,
  type ModelVersion,
  type Principal,
  principalName,
} from '@rampart/domain'
import { type Clock, type EventLog, newId, type Random, type Tx } from '@rampart/kit'
import { approvalErrors } from './errors.ts'
import type { AuditPort } from './ports.ts'
import type { Binding } from './standing.ts'
import * as store from './store.ts'

export type ChangeAction =
  | 'opened'
  | 'given'
  | 'approved'
  | 'rejected'
  | 'commented'
  | 'withdrawn'
  | 'expired'
  | 'stale'

export type Change = {
  readonly action: ChangeAction
  readonly principal: string
  readonly text: string
  readonly missing?: readonly string[]
  readonly details?: Readonly<Record<string, unknown>>
}

/** Told in the same transaction; what must leave the house is put into an outbox. */
export type OnChange = (tx: Tx, request: store.ApprovalRequest, change: Change) => Promise<void>

export type ChangesDeps = {
  readonly eventLog: Pick<EventLog, 'publish'>
  readonly audit: AuditPort
  readonly clock: Clock
  readonly random: Random
  readonly requestMs: number
  readonly onChange: OnChange
}

export type Opening = {
  readonly version: ModelVersion
  readonly binding: Binding
  readonly by: string
  readonly reason: string
  readonly approvers?: readonly string[]
  readonly expiresAt?: string
}

const ENDS: Partial<Readonly<Record<ChangeAction, ApprovalState>>> = {
  approved: 'approved',
  rejected: 'rejected',
  withdrawn: 'withdrawn',
  expired: 'expired',
  stale: 'stale',
}

export const refOf = ({ name, version }: Pick<store.ApprovalRequest, 'name' | 'version'>): string =>
  formatModelVersionRef({ name, version })

export const createChanges = (deps: ChangesDeps) => {
  const { eventLog, audit, clock } = deps

  const tell = async (tx: Tx, request: store.ApprovalRequest, change: Change): Promise<void> => {
    const { action, principal, text, missing, details = {} } = change
    const { id, tenant, name, version, digest, state, revision } = request
    await store.insertHistory(tx, id, { action, principal, text, details, time: clock.iso() })
    await eventLog.publish(tx, tenant, {
      type: 'rampart.approval.changed.v1',
      subject: refOf(request),
      principal,
      data: {
        request: id,
        action,
        state,
        model: name,
        version,
        digest,
        revision,
        reason: text,
        ...(missing === undefined ? {} : { missing }),
      },
    })
    await audit.record(tx, {
      tenant,
      principal,
      action: `approval.${action}`,
      entity: { kind: 'approval', id },
      outcome: 'success',
      details: { model: name, version, digest, reason: text, ...details },
    })
    await deps.onChange(tx, request, change)
  }

  return {
    /** Throws APPROVAL_OPEN when the version has one. */
    open: async (tx: Tx, opening: Opening): Promise<store.ApprovalRequest> => {
      const { version, binding, by, reason, approvers = [] } = opening
      const request = await store.insertRequest(tx, {
        id: newId(clock, deps.random),
        name: version.name,
        version: version.version,
        digest: version.digest,
        reason,
        requestedBy: by,
        approvers,
        evidenceDigest: binding.evidence as Digest,
        policyDigest: binding.policy as Digest,
        expiresAt: opening.expiresAt ?? new Date(clock.now() + deps.requestMs).toISOString(),
        createdAt: clock.iso(),
      })
      if (request === undefined)
        throw approvalErrors.APPROVAL_OPEN(`${refOf(version)} has an open request already.`)
      await tell(tx, request, { action: 'opened', principal: by, text: reason })
      return request
    },
    /** Closes it when the action does; the request must be locked. */
    change: async (
      tx: Tx,
      request: store.ApprovalRequest,
      change: Change,
    ): Promise<store.ApprovalRequest> => {
      const state = ENDS[change.action] ?? request.state
      const after = await store.updateState(tx, request.id, { state, time: clock.iso() })
      await tell(tx, after, change)
      return after
    },
    /** Somebody was refused: nothing changes, but it is on record. */
    refused: (
      tx: Tx,
      principal: Principal,
      what: { readonly request: string; readonly action: string; readonly details: Record<string, unknown> },
    ): Promise<void> =>
      audit.record(tx, {
        tenant: principal.tenant,
        principal: principalName(principal),
        action: `approval.${what.action}`,
        entity: { kind: 'approval', id: what.request },
        outcome: 'denied',
        details: what.details,
      }),
  }
}

export type Changes = ReturnType<typeof createChanges>
