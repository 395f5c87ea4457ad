/**
 * Open Inference Protocol V2 (REST, JSON tensors): an infer request checked against a model's signature.
 * Everything that can be refused without touching the elements is refused before memory is taken for them.
 */
import type { ModelSignature, TensorSpec } from '@rampart/domain'
import { codecErrors } from './errors.ts'
import { allocateTensor, elementCount, type Tensor } from './tensor.ts'
import { type CopyTarget, checkOuterLength, copyTensor } from './tensor-values.ts'

/** One input of a request after the checks that need no element; `data` is still JSON. */
export type RequestInput = CopyTarget & { readonly data: readonly unknown[] }

/** `inputs` are in the signature's order; `outputs` are indexes into the signature's outputs. */
export type InferRequestHead = {
  readonly id: string | undefined
  readonly inputs: readonly RequestInput[]
  readonly outputs: readonly number[]
}

export type RequestLimits = { readonly maxElements: number; readonly maxIdLength?: number }

/** Checks the parts of a request that do not depend on element values. */
export type InferRequestReader = (body: unknown) => InferRequestHead

const MAX_NAMES = 256

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const quote = (name: string): string => JSON.stringify(name.slice(0, 64))

/** JSON text to a value; the message of the parser is cut and carries no payload beyond it. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw codecErrors.CODECS_JSON_INVALID('the body is not valid JSON', { cause })
  }
}

/** Compiles a reader for one model. Fields that the protocol does not name are ignored, as it asks. */
export const createInferRequestReader = (
  signature: ModelSignature,
  limits: RequestLimits,
): InferRequestReader => {
  const readInputs = createInputsReader(signature.inputs, limits.maxElements)
  const readOutputs = createOutputsReader(signature.outputs)
  const maxIdLength = limits.maxIdLength ?? 256
  return (body) => {
    if (!isObject(body)) throw codecErrors.CODECS_REQUEST_INVALID('the request must be a JSON object')
    return {
      id: readId(body['id'], maxIdLength),
      inputs: readInputs(body['inputs']),
      outputs: readOutputs(body['outputs']),
    }
  }
}

const readId = (id: unknown, maxLength: number): string | undefined => {
  if (id === undefined || id === null) return undefined
  if (typeof id !== 'string' || id.length > maxLength)
    throw codecErrors.CODECS_REQUEST_INVALID(`"id" must be a string of at most ${maxLength} characters`)
  return id
}

const createInputsReader = (specs: readonly TensorSpec[], maxElements: number) => {
  const names = new Map(specs.map((spec, index) => [spec.name, index]))
  const place = (inputs: readonly unknown[]): (Record<string, unknown> | undefined)[] => {
    const placed = new Array<Record<string, unknown> | undefined>(specs.length)
    for (const input of inputs) {
      if (!isObject(input) || typeof input['name'] !== 'string')
        throw codecErrors.CODECS_REQUEST_INVALID('each input must be an object with a "name"')
      const index = names.get(input['name'])
      if (index === undefined)
        throw codecErrors.CODECS_TENSOR_UNKNOWN(
          `the model has no input ${quote(input['name'])}; it has ${specs.map((spec) => quote(spec.name)).join(', ')}`,
        )
      if (placed[index] !== undefined)
        throw codecErrors.CODECS_REQUEST_INVALID(`input ${quote(input['name'])} appears twice`)
      placed[index] = input
    }
    return placed
  }
  return (inputs: unknown): RequestInput[] => {
    if (!Array.isArray(inputs) || inputs.length > MAX_NAMES)
      throw codecErrors.CODECS_REQUEST_INVALID('"inputs" must be an array of tensors')
    const placed = place(inputs)
    return specs.map((spec, index) => {
      const input = placed[index]
      if (input === undefined) throw codecErrors.CODECS_TENSOR_MISSING(`input ${quote(spec.name)} is missing`)
      return readInput(input, spec, maxElements)
    })
  }
}

const readInput = (input: Record<string, unknown>, spec: TensorSpec, maxElements: number): RequestInput => {
  const { datatype, data } = input
  if (datatype !== spec.datatype)
    throw codecErrors.CODECS_DATATYPE_MISMATCH(
      `input ${quote(spec.name)}: the model takes ${spec.datatype}, the request says ${quote(String(datatype))}`,
    )
  const shape = readShape(input['shape'], spec)
  const count = elementCount(shape, maxElements)
  if (count === undefined)
    throw codecErrors.CODECS_TOO_MANY_ELEMENTS(
      `input ${quote(spec.name)}: shape [${shape.join(',')}] is beyond the limit of ${maxElements} elements`,
    )
  if (!Array.isArray(data)) throw missingData(input, spec)
  return { name: spec.name, datatype: spec.datatype, shape, count, data }
}

const missingData = (input: Record<string, unknown>, spec: TensorSpec) => {
  const parameters = input['parameters']
  const binary = isObject(parameters) && 'binary_data_size' in parameters
  return codecErrors.CODECS_REQUEST_INVALID(
    `input ${quote(spec.name)}: ${binary ? 'the binary tensor extension is not supported, send JSON in "data"' : '"data" must be an array'}`,
  )
}

const readShape = (shape: unknown, spec: TensorSpec): readonly number[] => {
  const fits =
    Array.isArray(shape) &&
    shape.length === spec.shape.length &&
    shape.every((size, axis) => fitsDimension(size, spec.shape[axis]))
  if (!fits) {
    const found = Array.isArray(shape) ? `[${shape.slice(0, 16).map(String).join(',')}]` : 'none'
    throw codecErrors.CODECS_SHAPE_MISMATCH(
      `input ${quote(spec.name)}: the model takes shape [${spec.shape.join(',')}], the request has ${found}`,
    )
  }
  return shape as number[]
}

const fitsDimension = (size: unknown, expected: number | undefined): boolean =>
  Number.isSafeInteger(size) && (size as number) > 0 && (expected === -1 || size === expected)

const createOutputsReader = (specs: readonly TensorSpec[]) => {
  const all = specs.map((_, index) => index)
  const names = new Map(specs.map((spec, index) => [spec.name, index]))
  return (outputs: unknown): readonly number[] => {
    if (outputs === undefined || outputs === null) return all
    if (!Array.isArray(outputs) || outputs.length > MAX_NAMES)
      throw codecErrors.CODECS_REQUEST_INVALID('"outputs" must be an array of {"name"}')
    if (outputs.length === 0) return all
    const wanted = outputs.map((output) => {
      const name: unknown = isObject(output) ? output['name'] : undefined
      const index = typeof name === 'string' ? names.get(name) : undefined
      if (index === undefined)
        throw codecErrors.CODECS_TENSOR_UNKNOWN(`the model has no output ${quote(String(name))}`)
      return index
    })
    if (new Set(wanted).size !== wanted.length)
      throw codecErrors.CODECS_REQUEST_INVALID('an output appears twice')
    return wanted
  }
}

/** Checks the elements too and returns the request's tensors in memory of their own. */
export const readTensors = (head: InferRequestHead): Tensor[] =>
  head.inputs.map((input) => {
    checkOuterLength(input.data, input)
    const data = allocateTensor(input.datatype, input.count)
    copyTensor(input.data, input, data, 0)
    return { name: input.name, datatype: input.datatype, shape: input.shape, data }
  })
