/**
 * ModelInferRequest (contracts/proto/inference) read into the same value that a REST body gives, so that one reader
 * checks both. Fixed-width contents are taken as raw bytes; only varints become JavaScript numbers.
 */
import { codecErrors } from './errors.ts'
import {
  type Cursor,
  DELIMITED,
  openCursor,
  readBytes,
  readInt64,
  readLow32,
  readMessage,
  readString,
  readTag,
  readUint64,
  skipField,
  tooMany,
  wrongWire,
} from './proto-wire.ts'
import { type ContentsBudget, readContents } from './tensor-contents.ts'

/** Which model a message asks for; an empty version is the default one. */
export type InferTarget = { readonly name: string; readonly version: string }

export type InferMessageLimits = { readonly maxElements: number }

/** The request as the value of its JSON form; `raw` says whether its tensors came as raw contents. */
export type InferMessage = { readonly body: Record<string, unknown>; readonly raw: boolean }

const MAX_TENSORS = 256
const MAX_PARAMETERS = 64
const MAX_RANK = 64
const MAX_TEXT_BYTES = 4096

const tag = (field: number, wire: number): number => field * 8 + wire
const text = (cursor: Cursor): string => readString(cursor, MAX_TEXT_BYTES)

/** Reads the first two fields and steps over the rest: what is needed to find the route. */
export const readInferTarget = (bytes: Uint8Array): InferTarget => {
  const cursor = openCursor(bytes)
  let name = ''
  let version = ''
  for (let next = readTag(cursor); next !== 0; next = readTag(cursor)) {
    if (next === tag(1, DELIMITED)) name = text(cursor)
    else if (next === tag(2, DELIMITED)) version = text(cursor)
    else skipField(cursor, next)
  }
  return { name, version }
}

/** Throws InvalidInput, and nothing else, for bytes that are not such a message. */
export const decodeInferMessage = (bytes: Uint8Array, limits: InferMessageLimits): InferMessage => {
  const cursor = openCursor(bytes)
  const budget: ContentsBudget = { elements: limits.maxElements }
  const inputs: InputTensor[] = []
  const outputs: Record<string, unknown>[] = []
  const raw: Buffer[] = []
  const body: Record<string, unknown> = { inputs }
  for (let next = readTag(cursor); next !== 0; next = readTag(cursor)) {
    switch (next) {
      case tag(3, DELIMITED):
        body['id'] = text(cursor)
        break
      case tag(4, DELIMITED):
        readParameter(readMessage(cursor), parametersOf(body))
        break
      case tag(5, DELIMITED):
        inputs.push(readInput(readMessage(cursor), budget))
        break
      case tag(6, DELIMITED):
        outputs.push(readOutput(readMessage(cursor)))
        break
      case tag(7, DELIMITED):
        raw.push(readBytes(cursor))
        break
      default:
        skipField(cursor, next)
    }
    if (inputs.length > MAX_TENSORS || outputs.length > MAX_TENSORS || raw.length > MAX_TENSORS)
      throw tooMany('tensors')
  }
  if (body['id'] === '') delete body['id']
  if (outputs.length > 0) body['outputs'] = outputs
  if (raw.length > 0) placeRaw(inputs, raw)
  return { body, raw: raw.length > 0 }
}

export type InputTensor = {
  name: string
  datatype: string
  shape: (number | bigint)[]
  data?: unknown
  parameters?: Record<string, unknown>
}

/** Gives raw contents to their tensors, in order. */
export const placeRaw = (inputs: readonly InputTensor[], raw: readonly Buffer[]): void => {
  if (raw.length !== inputs.length)
    throw codecErrors.CODECS_REQUEST_INVALID(
      `raw_input_contents has ${raw.length} elements for ${inputs.length} inputs`,
    )
  for (const [index, input] of inputs.entries()) {
    if (input.data !== undefined)
      throw codecErrors.CODECS_REQUEST_INVALID('an input has contents beside raw_input_contents')
    input.data = raw[index]
  }
}

/** InferInputTensor; InferOutputTensor has the same fields. */
export const readInput = (cursor: Cursor, budget: ContentsBudget): InputTensor => {
  const input: InputTensor = { name: '', datatype: '', shape: [] }
  const contents: Cursor[] = []
  for (let next = readTag(cursor); next !== 0; next = readTag(cursor)) {
    switch (next) {
      case tag(1, DELIMITED):
        input.name = text(cursor)
        break
      case tag(2, DELIMITED):
        input.datatype = text(cursor)
        break
      case tag(3, DELIMITED):
        readShape(readMessage(cursor), input.shape)
        break
      case tag(3, 0):
        addDimension(cursor, input.shape)
        break
      case tag(4, DELIMITED):
        readParameter(readMessage(cursor), parametersOf(input))
        break
      case tag(5, DELIMITED):
        contents.push(readMessage(cursor))
        if (contents.length > MAX_TENSORS) throw tooMany('contents')
        break
      default:
        skipField(cursor, next)
    }
  }
  // After the datatype, which may stand behind the contents.
  if (contents.length > 0) input.data = readContents(contents, input, budget)
  return input
}

const readShape = (cursor: Cursor, shape: (number | bigint)[]): void => {
  while (cursor.at < cursor.end) addDimension(cursor, shape)
}

const addDimension = (cursor: Cursor, shape: (number | bigint)[]): void => {
  if (shape.length >= MAX_RANK) throw tooMany('dimensions')
  shape.push(readInt64(cursor))
}

const readOutput = (cursor: Cursor): Record<string, unknown> => {
  const output: Record<string, unknown> = { name: '' }
  for (let next = readTag(cursor); next !== 0; next = readTag(cursor)) {
    if (next === tag(1, DELIMITED)) output['name'] = text(cursor)
    else if (next === tag(2, DELIMITED)) readParameter(readMessage(cursor), parametersOf(output))
    else skipField(cursor, next)
  }
  return output
}

/** Keys come from strangers: an object without a prototype has no key that means something. */
const parametersOf = (owner: { parameters?: unknown }): Record<string, unknown> => {
  owner.parameters ??= Object.create(null) as Record<string, unknown>
  return owner.parameters as Record<string, unknown>
}

const readParameter = (cursor: Cursor, parameters: Record<string, unknown>): void => {
  let key = ''
  let value: unknown = null
  for (let next = readTag(cursor); next !== 0; next = readTag(cursor)) {
    if (next === tag(1, DELIMITED)) key = text(cursor)
    else if (next === tag(2, DELIMITED)) value = readParameterValue(readMessage(cursor))
    else skipField(cursor, next)
  }
  parameters[key] = value
  if (Object.keys(parameters).length > MAX_PARAMETERS) throw tooMany('parameters')
}

const readParameterValue = (cursor: Cursor): unknown => {
  let value: unknown = null
  for (let next = readTag(cursor); next !== 0; next = readTag(cursor)) {
    const field = next >>> 3
    if (field >= 1 && field <= 5 && (next & 7) !== PARAMETER_WIRE[field]) throw wrongWire()
    if (field === 1) value = readLow32(cursor) !== 0
    else if (field === 2) value = jsonNumber(readInt64(cursor))
    else if (field === 3) value = text(cursor)
    else if (field === 4) value = readDouble(cursor)
    else if (field === 5) value = jsonNumber(readUint64(cursor))
    else skipField(cursor, next)
  }
  return value
}

/** Wire types of InferParameter's fields 1 to 5. */
const PARAMETER_WIRE: readonly number[] = [-1, 0, 0, DELIMITED, 1, 0]

/** Parameters are for people and policies, who read JSON: wide integers become decimal strings. */
const jsonNumber = (value: number | bigint): number | string =>
  typeof value === 'bigint' ? String(value) : value

const readDouble = (cursor: Cursor): number => {
  const bytes = cursor.bytes
  if (cursor.end - cursor.at < 8) throw wrongWire()
  cursor.at += 8
  return bytes.readDoubleLE(cursor.at - 8)
}
