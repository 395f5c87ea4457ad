/** How records leave for a SIEM, whatever the protocol: one port that all sink connectors implement. */
import type { Severity } from '@rampart/domain'
import type { AddressRules } from '../outbound/index.ts'

export type OutgoingRecord = {
  /** The same at every delivery. */
  readonly eventId: string
  /** Records of one entity must arrive first in the order in which they were given. */
  readonly entity: string
  readonly type: string
  readonly time: string
  readonly severity: Severity
  /** One line of text in the sink's format. */
  readonly payload: string
  readonly isJson: boolean
}

/** `again`: not taken now; `refused`: this record will never be taken. */
export type SendResult =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'again' | 'refused'; readonly reason: string }

export const ACCEPTED: SendResult = { kind: 'accepted' }

/**
 * acknowledged: accepted means that the receiver has it. written: accepted means handed to the connection, which may still
 * lose it. none: nobody will ever know.
 */
export type Assurance = 'acknowledged' | 'written' | 'none'

export interface SinkTransport {
  readonly assurance: Assurance
  /** One result per record. Throws when the receiver cannot be reached or did not answer: then nothing is known. */
  send(batch: readonly OutgoingRecord[]): Promise<readonly SendResult[]>
  /** Called when a connection that carried records breaks; only connections that do not acknowledge tell. */
  onBreak(listener: () => void): void
  close(): Promise<void>
}

export type SinkTls = {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly serverName?: string
}

export type SinkTarget = {
  readonly url: string
  readonly addresses: AddressRules
  readonly tls?: SinkTls
  /** Longest wait for an answer, a drain or a connection, ms. */
  readonly timeoutMs?: number
}

export const DEFAULT_TIMEOUT_MS = 20_000

/**
 * Consecutive runs of a batch in which each entity comes once: where records are acknowledged one by one, a later record
 * must not pass an earlier one of its entity.
 */
export const wavesOf = (batch: readonly OutgoingRecord[]): OutgoingRecord[][] => {
  const waves: OutgoingRecord[][] = []
  let seen = new Set<string>()
  let wave: OutgoingRecord[] = []
  for (const record of batch) {
    if (seen.has(record.entity)) {
      waves.push(wave)
      wave = []
      seen = new Set()
    }
    wave.push(record)
    seen.add(record.entity)
  }
  return wave.length === 0 ? waves : [...waves, wave]
}

/** Fails with `makeError` unless `work` ends in time; the loser is left to itself. */
export const within = async <T>(work: Promise<T>, ms: number, makeError: () => Error): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(makeError()), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
