/** How a sink stands, in words, from what its queue and its sender say. */
import type { SinkItem } from '../api/siem-queries.ts'
import type { Tone } from '../ui/badge.tsx'

type SinkState = 'paused' | 'full' | 'failing' | 'behind' | 'sending' | 'ok'

/** The server's own default for `maxQueued`. */
const DEFAULT_MAX_QUEUED = 1_000_000
const BEHIND_SECONDS = 60

export const roomOf = ({ spec }: Pick<SinkItem, 'spec'>): number => spec.maxQueued ?? DEFAULT_MAX_QUEUED

/** Records that were not written yet; what is only kept in case the connection breaks is not among them. */
export const unsentOf = ({ status }: Pick<SinkItem, 'status'>): number =>
  Math.max(0, status.queued - status.held)

export const sinkState = (sink: Pick<SinkItem, 'spec' | 'status'>): SinkState => {
  const { status, spec } = sink
  if (status.queued >= roomOf(sink)) return 'full'
  if (spec.disabled === true || status.phase === 'stopped') return 'paused'
  if (status.failures > 0) return 'failing'
  if (status.lagSeconds > BEHIND_SECONDS) return 'behind'
  return unsentOf(sink) > 0 ? 'sending' : 'ok'
}

export const SINK_WORDS: Readonly<Record<SinkState, { readonly word: string; readonly tone: Tone }>> = {
  paused: { word: 'paused', tone: 'neutral' },
  full: { word: 'queue full', tone: 'critical' },
  failing: { word: 'not delivering', tone: 'high' },
  behind: { word: 'behind', tone: 'medium' },
  sending: { word: 'sending', tone: 'accent' },
  ok: { word: 'delivering', tone: 'ok' },
}

/** What the state means for the records, in one sentence. */
export const sinkSentence = (sink: SinkItem): string => {
  switch (sinkState(sink)) {
    case 'paused':
      return 'Paused in its manifest: records are queued, none is sent.'
    case 'full':
      return 'The queue is full. Nothing is lost: what comes next waits in the event log until there is room.'
    case 'failing':
      return 'The receiver does not take records. They wait in the queue and are tried again at growing intervals.'
    case 'behind':
      return 'The receiver takes records more slowly than they come.'
    case 'sending':
      return 'Records are on their way.'
    case 'ok':
      return sink.status.dead === 0
        ? 'Everything so far was handed over.'
        : 'Everything was handed over but what the receiver refused for good.'
  }
}

/** `0.4 s`, `48 s`, `12 min`, `3.2 h`. */
export const lagWords = (seconds: number): string => {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

/** What counts as delivered, by the protocol of the sink. */
export const acceptedMeans = ({ type, url }: SinkItem['spec']): string => {
  switch (type) {
    case 'amqp':
      return 'confirmed by the broker, and routed'
    case 'amqp1':
      return 'settled by the broker as accepted'
    case 'hec':
      return 'acknowledged as indexed'
    case 'webhook':
      return 'answered with 2xx'
    case 'syslog':
      return url.startsWith('udp:')
        ? 'sent; datagrams may be lost'
        : 'written, and the connection held for 30 s'
  }
}
