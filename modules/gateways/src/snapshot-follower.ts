/**
 * The gateway's side of snapshots: begins with the one on its disk, follows the control plane, and takes what is signed
 * by the pinned key, of its tenant, and not older. What cannot be put in force leaves the one before in force.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Clock, isAppError, type Logger, writeFileDurably } from '@rampart/kit'
import { readVerificationKey, type VerificationKey } from '@rampart/signing'
import type { ControlLink } from './control-link.ts'
import { gatewaysErrors } from './errors.ts'
import { type GatewaySnapshot, openSnapshot } from './snapshot-document.ts'

export type FollowerDeps = {
  readonly home: string
  readonly clock: Clock
  readonly logger: Logger
  readonly link: Pick<ControlLink, 'snapshot' | 'key'>
  /** PEM of the control plane's key; without it the first key that is told is pinned. */
  readonly key?: string
  /** Served tenant; without it the first snapshot's. */
  readonly tenant?: string
  /** Puts a snapshot in force; throws when it cannot be. */
  readonly apply: (snapshot: GatewaySnapshot) => Promise<void>
}

export type Follower = {
  /** Puts the snapshot of the disk in force when there is a good one; then follows. */
  start(): Promise<void>
  stop(): Promise<void>
  /** What is in force; undefined before the first. */
  current(): GatewaySnapshot | undefined
  /** Why calls must be refused now, or undefined. */
  refusal(): Error | undefined
  /** Last thing that went wrong, until something went right. */
  problem(): string | undefined
  connected(): boolean
}

const WAIT_SECONDS = 20
const RENEW_MS = 60_000
const REST_MS = [200, 500, 1_000, 2_000, 5_000]
const FIRST_MS = 2_000
const KEY_FILE = 'control-key.pem'
const SNAPSHOT_FILE = 'snapshot.json'

export const createFollower = (deps: FollowerDeps): Follower => {
  const { home, clock, logger, link } = deps
  const stopping = new AbortController()
  let current: GatewaySnapshot | undefined
  let expiresAt = Number.POSITIVE_INFINITY
  let problem: string | undefined
  let connected = false
  let failures = 0
  let renewedAt = 0
  let running: Promise<void> | undefined

  const pinned = (): VerificationKey | undefined => {
    if (deps.key !== undefined) return readVerificationKey(deps.key)
    const path = join(home, KEY_FILE)
    return existsSync(path) ? readVerificationKey(readFileSync(path, 'utf8')) : undefined
  }

  const keyOrPin = async (): Promise<VerificationKey> => {
    const known = pinned()
    if (known !== undefined) return known
    const { pem } = await link.key()
    const key = readVerificationKey(pem)
    writeFileDurably(join(home, KEY_FILE), key.pem, 0o600)
    logger.info({ keyid: key.keyid }, 'gateway.key-pinned')
    return key
  }

  /** `kept` is what the disk has: not in force yet, but nothing older is taken. */
  const take = async (
    envelope: unknown,
    key: VerificationKey,
    kept: GatewaySnapshot | undefined = current,
  ): Promise<boolean> => {
    const tenant = kept?.tenant ?? deps.tenant
    const found = openSnapshot(envelope, { keys: [key], tenant, current: kept })
    if (found.epoch !== current?.epoch) await deps.apply(found)
    const isNew = found.epoch !== current?.epoch
    current = found
    expiresAt = Date.parse(found.expiresAt)
    return isNew
  }

  /**
   * What was withdrawn while this gateway was away must not be served again for a moment: the control plane is asked
   * first, and only when it does not answer at once the disk's word is taken.
   */
  const fromControl = async (envelope: unknown, key: VerificationKey): Promise<boolean> => {
    const kept = openSnapshot(envelope, { keys: [key], tenant: deps.tenant, current: undefined })
    const soon = AbortSignal.any([stopping.signal, AbortSignal.timeout(FIRST_MS)])
    const newer = await link.snapshot(-1, 0, soon).catch(() => undefined)
    if (newer === undefined) return false
    await take(newer, key, kept)
    connected = true
    writeFileDurably(join(home, SNAPSHOT_FILE), JSON.stringify(newer), 0o600)
    return true
  }

  const fromDisk = async (): Promise<void> => {
    const path = join(home, SNAPSHOT_FILE)
    const key = pinned()
    if (key === undefined || !existsSync(path)) return
    try {
      const envelope: unknown = JSON.parse(readFileSync(path, 'utf8'))
      if (await fromControl(envelope, key).catch(() => false)) return
      await take(envelope, key)
      logger.info({ epoch: current?.epoch, expiresAt: current?.expiresAt }, 'gateway.snapshot-from-disk')
    } catch (error) {
      logger.warn({ err: error }, 'gateway.snapshot-on-disk-refused')
    }
  }

  const step = async (): Promise<void> => {
    const key = await keyOrPin()
    // Now and then without waiting for a new epoch: the same content, good for longer.
    const renew = current === undefined || clock.monotonic() - renewedAt > RENEW_MS
    const after = renew ? -1 : (current?.epoch ?? -1)
    const envelope = await link.snapshot(after, renew ? 0 : WAIT_SECONDS, stopping.signal)
    connected = true
    if (envelope !== undefined) {
      const isNew = await take(envelope, key)
      renewedAt = clock.monotonic()
      writeFileDurably(join(home, SNAPSHOT_FILE), JSON.stringify(envelope), 0o600)
      if (isNew) logger.info({ epoch: current?.epoch }, 'gateway.snapshot-applied')
    }
    problem = undefined
    failures = 0
  }

  const follow = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await step()
      } catch (error) {
        if (stopping.signal.aborted) return
        const isAway = isAppError(error) && error.code === 'GATEWAY_CONTROL_AWAY'
        if (isAway) connected = false
        problem = error instanceof Error ? error.message : String(error)
        if (failures === 0) logger.warn({ err: error }, 'gateway.not-following')
        const rest = REST_MS[Math.min(failures, REST_MS.length - 1)] as number
        failures += 1
        await delay(rest, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  return {
    start: async () => {
      await fromDisk()
      running = follow()
    },
    stop: async () => {
      stopping.abort()
      await running
    },
    current: () => current,
    refusal: () => {
      if (current === undefined) return gatewaysErrors.GATEWAY_NOT_READY('there is no snapshot yet')
      if (clock.now() < expiresAt) return undefined
      return gatewaysErrors.GATEWAY_SNAPSHOT_EXPIRED(`the snapshot was good until ${current.expiresAt}`)
    },
    problem: () => problem,
    connected: () => connected,
  }
}
