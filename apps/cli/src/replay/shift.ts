/** `--shift feature=x3`: changes one feature of every record, to see whether drift is noticed. */
import type { Tensor } from '@rampart/codecs'
import type { ModelManifest, ModelSignature } from '@rampart/domain'
import { closest } from '@rampart/kit/core'
import { cliErrors } from '../errors.ts'

/** Elements `from` (inclusive) to `to` of the input's row, in row-major order. */
export type Shift = {
  readonly text: string
  readonly input: string
  readonly from: number
  readonly to: number
  readonly apply: (value: number) => number
}

const OPERATION = /^(x|\+|-|=)(\d+(?:\.\d+)?(?:e-?\d+)?)$/i

const operationOf = (text: string): ((value: number) => number) => {
  const match = OPERATION.exec(text)
  const amount = Number(match?.[2])
  switch (match?.[1]) {
    case 'x':
    case 'X':
      return (value) => value * amount
    case '+':
      return (value) => value + amount
    case '-':
      return (value) => value - amount
    case '=':
      return () => amount
    default:
      throw cliErrors.CLI_USAGE(`"${text}" is not a shift`, {
        help: 'x3 multiplies, +10 adds, -5 subtracts, =0 sets',
      })
  }
}

/** Reads `NAME=OPERATION`; NAME is a feature of the manifest or a numeric input of the model. */
export const shiftOf = (text: string, manifest: ModelManifest, signature: ModelSignature): Shift => {
  const at = text.indexOf('=')
  const name = at < 0 ? text : text.slice(0, at)
  const apply = operationOf(at < 0 ? '' : text.slice(at + 1))
  const feature = manifest.spec.features?.find((known) => known.name === name)
  const input = signature.inputs.find((known) => known.name === (feature?.input ?? name))
  if (input === undefined) {
    const known = [...(manifest.spec.features ?? []), ...signature.inputs].map((one) => one.name)
    const guess = closest(name, known)
    throw cliErrors.CLI_USAGE(`${manifest.metadata.name} has no feature "${name}"`, {
      help: guess === undefined ? known.slice(0, 12).join(', ') : `did you mean ${guess}?`,
    })
  }
  if (input.datatype === 'BYTES' || input.datatype === 'BOOL')
    throw cliErrors.CLI_USAGE(`"${name}" is ${input.datatype}; only numbers can be shifted`)
  const from = feature?.index ?? 0
  return {
    text,
    input: input.name,
    from,
    to: feature === undefined ? Number.POSITIVE_INFINITY : from + 1,
    apply,
  }
}

/** Changes the tensors in place: they were made for this one request. */
export const applyShift = (shift: Shift, tensors: readonly Tensor[]): void => {
  const data = tensors.find((tensor) => tensor.name === shift.input)?.data
  if (data === undefined || Array.isArray(data)) return
  const end = Math.min(shift.to, data.length)
  for (let index = shift.from; index < end; index += 1) {
    const value = data[index]
    if (typeof value === 'bigint') data[index] = BigInt(Math.round(shift.apply(Number(value))))
    else if (typeof value === 'number') data[index] = shift.apply(value)
  }
}
