/**
 * Open Inference Protocol V2: an infer request, in the form of its JSON, checked against a model's signature.
 * `data` of an input may be raw bytes instead of an array (binary tensor extension, gRPC).
 * Everything that can be refused without touching the elements is refused before memory is taken for them.
 */
import type { ModelSignature, TensorSpec } from '@rampart/domain'
import { codecErrors } from './errors.ts'
import { rawToJson, viewRaw } from './raw-elements.ts'
import { allocateTensor, elementCount, type Tensor } from './tensor.ts'
import { type CopyTarget, checkOuterLength, copyTensor, type TensorSource } from './tensor-values.ts'

/** One input of a request after the checks that need no element; `data` is still JSON or raw bytes. */
export type RequestInput = CopyTarget & { readonly data: TensorSource }

/** `inputs` are in the signature's order; `outputs` are indexes into the signature's outputs. */
export type InferRequestHead = {
  readonly id: string | undefined
  readonly inputs: readonly RequestInput[]
  readonly outputs: readonly number[]
  /** Those of `outputs` that are wanted as raw bytes; absent when none is. */
  readonly binary?: readonly number[]
}

export type RequestLimits = { readonly maxElements: number; readonly maxIdLength?: number }

/** Checks the parts of a request that do not depend on element values. */
export type InferRequestReader = (body: unknown) => InferRequestHead

const MAX_NAMES = 256

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const quote = (name: string): string => JSON.stringify(name.slice(0, 64))

/** A caller's value for a message. Never `String(value)`: objects throw there, and deep arrays overflow the stack. */
const describe = (value: unknown): string => {
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' && value !== null ? 'an object' : `${value}`
}

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
      ...readOutputs(body['outputs'], wantsBinary(body)),
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
      `input ${quote(spec.name)}: the model takes ${spec.datatype}, the request says ${describe(datatype)}`,
    )
  const shape = readShape(input['shape'], spec)
  const count = elementCount(shape, maxElements)
  if (count === undefined)
    throw codecErrors.CODECS_TOO_MANY_ELEMENTS(
      `input ${quote(spec.name)}: shape [${shape.join(',')}] is beyond the limit of ${maxElements} elements`,
    )
  if (!Array.isArray(data) && !(data instanceof Uint8Array)) throw missingData(input, spec)
  return { name: spec.name, datatype: spec.datatype, shape, count, data }
}

const missingData = (input: Record<string, unknown>, spec: TensorSpec) => {
  const parameters = input['parameters']
  const binary = isObject(parameters) && 'binary_data_size' in parameters
  return codecErrors.CODECS_REQUEST_INVALID(
    `input ${quote(spec.name)}: ${binary ? 'binary data needs the header Inference-Header-Content-Length' : '"data" must be an array'}`,
  )
}

const readShape = (shape: unknown, spec: TensorSpec): readonly number[] => {
  const fits =
    Array.isArray(shape) &&
    shape.length === spec.shape.length &&
    shape.every((size, axis) => fitsDimension(size, spec.shape[axis]))
  if (!fits) {
    const found = Array.isArray(shape) ? `[${shape.slice(0, 16).map(describe).join(',')}]` : 'none'
    throw codecErrors.CODECS_SHAPE_MISMATCH(
      `input ${quote(spec.name)}: the model takes shape [${spec.shape.join(',')}], the request has ${found}`,
    )
  }
  return shape as number[]
}

const fitsDimension = (size: unknown, expected: number | undefined): boolean =>
  Number.isSafeInteger(size) && (size as number) > 0 && (expected === -1 || size === expected)

type WantedOutputs = Pick<InferRequestHead, 'outputs' | 'binary'>

const parametersOf = (value: Record<string, unknown>): Record<string, unknown> =>
  isObject(value['parameters']) ? value['parameters'] : {}

/** The request's own wish, for outputs that say nothing (extension "binary tensor data"). */
const wantsBinary = (body: Record<string, unknown>): boolean =>
  parametersOf(body)['binary_data_output'] === true

const createOutputsReader = (specs: readonly TensorSpec[]) => {
  const all = specs.map((_, index) => index)
  const names = new Map(specs.map((spec, index) => [spec.name, index]))
  const everything: WantedOutputs = { outputs: all }
  const everythingRaw: WantedOutputs = { outputs: all, binary: all }
  const indexOf = (output: unknown): number => {
    const name: unknown = isObject(output) ? output['name'] : undefined
    const index = typeof name === 'string' ? names.get(name) : undefined
    if (index === undefined)
      throw codecErrors.CODECS_TENSOR_UNKNOWN(`the model has no output ${describe(name)}`)
    return index
  }
  return (outputs: unknown, binary: boolean): WantedOutputs => {
    if (outputs === undefined || outputs === null) return binary ? everythingRaw : everything
    if (!Array.isArray(outputs) || outputs.length > MAX_NAMES)
      throw codecErrors.CODECS_REQUEST_INVALID('"outputs" must be an array of {"name"}')
    if (outputs.length === 0) return binary ? everythingRaw : everything
    const wanted = outputs.map(indexOf)
    if (new Set(wanted).size !== wanted.length)
      throw codecErrors.CODECS_REQUEST_INVALID('an output appears twice')
    const raw = wanted.filter((_, place) => wantsRawOutput(outputs[place], binary))
    return raw.length > 0 ? { outputs: wanted, binary: raw } : { outputs: wanted }
  }
}

const wantsRawOutput = (output: Record<string, unknown>, otherwise: boolean): boolean => {
  const parameters = parametersOf(output)
  // Answering plain tensors to these would look like an answer and be the wrong one.
  for (const extension of ['classification', 'shared_memory_region'])
    if (parameters[extension] !== undefined)
      throw codecErrors.CODECS_REQUEST_INVALID(`the output parameter "${extension}" is not supported`)
  const wish = parameters['binary_data']
  return typeof wish === 'boolean' ? wish : otherwise
}

/** Whether an input of the request is raw bytes. */
export const hasRawData = (body: unknown): boolean =>
  isObject(body) &&
  Array.isArray(body['inputs']) &&
  body['inputs'].some((input: unknown) => isObject(input) && input['data'] instanceof Uint8Array)

/** The request's JSON with arrays in place of raw bytes, for readers that know JSON only; checks what it converts. */
export const plainBody = (body: unknown, inputs: readonly RequestInput[]): unknown => {
  if (!isObject(body) || !hasRawData(body)) return body
  const plain = (tensor: unknown): unknown => {
    const input = isObject(tensor) ? inputs.find(({ name }) => name === tensor['name']) : undefined
    if (input === undefined || !(input.data instanceof Uint8Array)) return tensor
    return { ...(tensor as object), data: rawToJson(input.data, input) }
  }
  return { ...body, inputs: (body['inputs'] as unknown[]).map(plain) }
}

/** Checks the elements too and returns the request's tensors; raw ones may be views of the request's bytes. */
export const readTensors = (head: InferRequestHead): Tensor[] =>
  head.inputs.map((input) => {
    if (input.data instanceof Uint8Array)
      return {
        name: input.name,
        datatype: input.datatype,
        shape: input.shape,
        data: viewRaw(input.data, input),
      }
    checkOuterLength(input.data, input)
    const data = allocateTensor(input.datatype, input.count)
    copyTensor(input.data, input, data, 0)
    return { name: input.name, datatype: input.datatype, shape: input.shape, data }
  })
