/** Signal intake, pure: fills what a detector may leave out, and decides what a new report means for an open condition. */
import { type Signal, type SignalInput, SignalSchema } from '@rampart/domain'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { threatsErrors } from './errors.ts'

const ajv = new Ajv2020({ allErrors: true })
addFormats.default(ajv)
const validate = ajv.compile<Signal>(SignalSchema)

const MAX_EVIDENCE_BYTES = 64 * 1024

/** The key a signal gets when its detector names none: one condition per detector and entity. */
export const defaultKey = (input: Pick<SignalInput, 'detector' | 'entity'>): string =>
  `${input.detector}:${input.entity.kind}:${input.entity.id}`

/** What correlation and the database calculate with, hours and days around it included. */
const EARLIEST = Date.UTC(1900, 0)
const LATEST = Date.UTC(3000, 0)

/** The format check also lets `+01`, a blank for the T and leap seconds pass, which `Date` does not read. */
const plainTime = (time: string, pointer: string): string => {
  const plain = time
    .replace(/\s/, 'T')
    .replace(/([+-]\d\d)$/, '$1:00')
    .replace(/:60(?=[.Zz+-])/, ':59')
  const at = Date.parse(plain)
  if (at >= EARLIEST && at < LATEST) return plain
  const details = [{ pointer, message: 'must be a time from 1900 to 2999' }]
  throw threatsErrors.THREATS_SIGNAL_INVALID('The signal does not follow signal/1.', { details })
}

const withPlainTimes = (signal: Signal): Signal => {
  const { observed_time: observed, window } = signal
  return {
    ...signal,
    time: plainTime(signal.time, '/time'),
    ...(observed === undefined ? {} : { observed_time: plainTime(observed, '/observed_time') }),
    ...(window === undefined
      ? {}
      : { window: { from: plainTime(window.from, '/window/from'), to: plainTime(window.to, '/window/to') } }),
  }
}

/** A complete, valid signal; throws THREATS_SIGNAL_INVALID naming every field that is wrong. */
export const completeSignal = (
  input: SignalInput,
  filled: { readonly id: string; readonly tenant: string; readonly sourceName: string },
): Signal => {
  const signal = {
    ...input,
    schema: input.schema ?? ('signal/1' as const),
    id: filled.id,
    key: input.key ?? defaultKeyOf(input),
    state: input.state ?? ('raised' as const),
    source: { ...(input.source ?? { name: filled.sourceName }), tenant: filled.tenant },
  }
  if (!validate(signal)) {
    const details = (validate.errors ?? []).map((e) => ({
      pointer: e.instancePath,
      message: e.message ?? 'invalid',
    }))
    throw threatsErrors.THREATS_SIGNAL_INVALID('The signal does not follow signal/1.', { details })
  }
  if (Buffer.byteLength(JSON.stringify(signal.evidence)) > MAX_EVIDENCE_BYTES)
    throw threatsErrors.THREATS_SIGNAL_INVALID(`Evidence is larger than ${MAX_EVIDENCE_BYTES} bytes.`)
  return withPlainTimes(signal)
}

const defaultKeyOf = (input: SignalInput): string | undefined =>
  typeof input.detector === 'string' && typeof input.entity?.kind === 'string' ? defaultKey(input) : undefined

export type IntakeStep =
  | { readonly kind: 'open' }
  | { readonly kind: 'update'; readonly id: string }
  | { readonly kind: 'close'; readonly id: string }
  | { readonly kind: 'ignore' }

/** A report on an open condition updates it; a clear closes it; a clear of nothing changes nothing. */
export const intakeStep = (openId: string | undefined, state: Signal['state']): IntakeStep => {
  if (openId === undefined) return state === 'cleared' ? { kind: 'ignore' } : { kind: 'open' }
  return state === 'cleared' ? { kind: 'close', id: openId } : { kind: 'update', id: openId }
}
