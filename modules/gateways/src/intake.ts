/**
 * Takes the reports of gateways, each item once: its number is stored in the transaction that acts on it. Anchors and
 * signals have identities of their own and may come again; sketches are merged in memory after the commit, so a crash
 * right there loses them rather than counting them twice.
 */
import { type Decision, type Principal, principalName, type SignalInput } from '@rampart/domain'
import { type Clock, type Database, isAppError, type Logger, type Tx } from '@rampart/kit'
import type { AnchorBatch, DeniedCalls } from '@rampart/serving'
import type { SketchReport } from '@rampart/telemetry'
import { gatewaysErrors } from './errors.ts'
import { isSoundBody, type Report, type ReportItem } from './report.ts'
import * as store from './store.ts'

export type IntakeDeps = {
  readonly database: Pick<Database, 'tx'>
  readonly clock: Clock
  readonly logger: Logger
  readonly anchor: (batch: AnchorBatch) => Promise<void>
  readonly raiseSignal: (tenant: string, signal: SignalInput) => Promise<unknown>
  readonly auditDenied: (tx: Tx, denied: DeniedCalls) => Promise<void>
  readonly auditDropped: (tx: Tx, tenant: string, gateway: string, dropped: number) => Promise<void>
  readonly logDecision: (tenant: string, decision: Decision) => void
  readonly absorb: (tenant: string, report: SketchReport) => Promise<void>
}

export type Intake = (principal: Principal, report: Report) => Promise<number>

const ofKind = <T>(items: readonly ReportItem[], kind: ReportItem['kind']): T[] =>
  items.filter((item) => item.kind === kind).map(({ body }) => body as T)

export const createIntake = (deps: IntakeDeps): Intake => {
  const turns = new Map<string, Promise<unknown>>()

  /** What is broken is counted and left behind: it must not hold up what comes after it. */
  const each = async <T>(what: string, items: readonly T[], work: (item: T) => Promise<unknown>) => {
    for (const item of items) {
      try {
        await work(item)
      } catch (error) {
        const broken = error instanceof TypeError || (isAppError(error) && error.kind === 'InvalidInput')
        if (!broken) throw error
        deps.logger.warn({ err: error, what }, 'gateways.report-broken')
      }
    }
  }

  const lastTaken = (known: store.StoredGateway | undefined, report: Report, principal: string): number => {
    if (known !== undefined && known.principal !== principal)
      throw gatewaysErrors.GATEWAY_ID_TAKEN(`${report.gateway} reports as ${known.principal}`)
    return known?.stream === report.stream ? known.sequence : -1
  }

  const save = async (
    tx: Tx,
    { tenant, ...who }: Principal,
    report: Report,
    fresh: readonly ReportItem[],
    known: store.StoredGateway | undefined,
  ): Promise<number> => {
    const principal = principalName(who)
    const sequence = fresh.at(-1)?.sequence ?? lastTaken(known, report, principal)
    for (const denied of ofKind<DeniedCalls>(fresh.filter(isSoundBody), 'denied'))
      await deps.auditDenied(tx, { ...denied, tenant })
    const before = known?.state.startedAt === report.startedAt ? known.state.dropped : 0
    if (report.dropped > before) await deps.auditDropped(tx, tenant, report.gateway, report.dropped - before)
    const {
      gateway: id,
      stream,
      epoch,
      version,
      addresses,
      startedAt,
      dropped,
      waiting,
      ready,
      requests,
      problem,
      holds,
      stopped,
      hosts,
    } = report
    const state = {
      version,
      addresses,
      startedAt,
      dropped,
      waiting,
      ready,
      requests,
      ...(hosts === undefined ? {} : { hosts }),
      ...(holds === undefined ? {} : { holds }),
      ...(stopped === undefined ? {} : { stopped }),
    }
    await store.putGateway(tx, {
      id,
      principal,
      stream,
      sequence,
      epoch,
      lastSeen: deps.clock.iso(),
      state: problem === undefined ? state : { ...state, problem },
    })
    return sequence
  }

  const soundOnly = (items: readonly ReportItem[]): ReportItem[] =>
    items.filter((item) => {
      const sound = isSoundBody(item)
      if (!sound) deps.logger.warn({ kind: item.kind, sequence: item.sequence }, 'gateways.report-broken')
      return sound
    })

  const take = async (principal: Principal, report: Report): Promise<number> => {
    const { tenant } = principal
    const name = principalName(principal)
    const sorted = report.items.toSorted((a, b) => a.sequence - b.sequence)
    const freshAfter = (last: number): ReportItem[] => sorted.filter(({ sequence }) => sequence > last)
    const first = await deps.database.tx(tenant, (tx) => store.lockGateway(tx, report.gateway))
    const early = soundOnly(freshAfter(lastTaken(first, report, name)))
    await each('anchor', (report.anchors ?? []) as AnchorBatch[], deps.anchor)
    await each('signal', ofKind<SignalInput>(early, 'signal'), (signal) => deps.raiseSignal(tenant, signal))
    const { fresh, sequence } = await deps.database.tx(tenant, async (tx) => {
      const known = await store.lockGateway(tx, report.gateway)
      const late = freshAfter(lastTaken(known, report, name))
      return { fresh: late, sequence: await save(tx, principal, report, late, known) }
    })
    const sound = fresh.filter((item) => early.includes(item))
    for (const decision of ofKind<Decision>(sound, 'decision')) deps.logDecision(tenant, decision)
    await each('sketches', ofKind<SketchReport>(sound, 'sketches'), (one) => deps.absorb(tenant, one))
    return sequence
  }

  /** One report of a gateway at a time; gives the sequence up to which its items are taken. */
  return (principal, report) => {
    const key = `${principal.tenant}/${report.gateway}`
    const mine = (turns.get(key) ?? Promise.resolve()).then(() => take(principal, report))
    const settled = mine.catch(() => undefined)
    turns.set(key, settled)
    void settled.then(() => {
      if (turns.get(key) === settled) turns.delete(key)
    })
    return mine
  }
}
