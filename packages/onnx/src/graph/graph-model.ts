/**
 * An ONNX model as data (onnx.proto, IR version 3 to 13): every node, subgraph, function, initialiser and attribute.
 * Tensors and long lists stay in the file and are named by place. All objects are read-only: an edit makes new ones.
 */

/** Bytes `[start, start + length)` of the file the model was read from. */
export type Span = { readonly start: number; readonly length: number }

export type OpsetImport = { readonly domain: string; readonly version: number }

export type TensorPayload =
  /** The data fields inside this TensorProto message; `raw` where raw_data holds them. */
  | { readonly kind: 'stored'; readonly message: Span; readonly raw: Span | undefined }
  | { readonly kind: 'inline'; readonly rawData: Uint8Array }

export type Tensor = {
  readonly name: string
  /** TensorProto.DataType. */
  readonly elementType: number
  readonly dims: readonly number[]
  readonly payload: TensorPayload
}

export type SparseTensor = {
  readonly values: Tensor | undefined
  readonly indices: Tensor | undefined
  readonly dims: readonly number[]
}

export type ValueType =
  | {
      readonly kind: 'tensor'
      readonly elementType: number
      /** A number, a named dimension, or null for unknown; undefined where the rank is unknown. */
      readonly shape: readonly (number | string | null)[] | undefined
    }
  | { readonly kind: 'other'; readonly type: Span }

export type ValueInfo = {
  readonly name: string
  readonly type: ValueType | undefined
  readonly extra: readonly Span[]
}

export type Attribute = {
  readonly name: string
  /** AttributeProto.AttributeType; 0 where an old file leaves it out. */
  readonly type: number
  /** Name of the attribute of the enclosing function that this one stands for. */
  readonly reference: string
  readonly float?: number
  readonly int?: bigint
  /** Undefined where it is longer than is kept. */
  readonly bytes?: Uint8Array
  readonly tensor?: Tensor
  readonly graph?: Graph
  readonly sparse?: SparseTensor
  /** Lists up to a few thousand elements; longer ones stay in the file, `count` says how many there are. */
  readonly floats?: readonly number[]
  readonly ints?: readonly bigint[]
  readonly strings?: readonly Uint8Array[]
  readonly tensors?: readonly Tensor[]
  readonly graphs?: readonly Graph[]
  readonly count: number
  /** Values that are not in this object: long lists and strings, types, documentation. */
  readonly extra: readonly Span[]
}

export type Node = {
  readonly name: string
  readonly operator: string
  /** Empty for ai.onnx. */
  readonly domain: string
  readonly overload: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: readonly Attribute[]
  readonly extra: readonly Span[]
}

export type Graph = {
  readonly name: string
  readonly nodes: readonly Node[]
  readonly initializers: readonly Tensor[]
  readonly sparseInitializers: readonly SparseTensor[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  readonly values: readonly ValueInfo[]
  readonly extra: readonly Span[]
}

export type ModelFunction = {
  readonly name: string
  readonly domain: string
  readonly overload: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: readonly string[]
  readonly defaults: readonly Attribute[]
  readonly opsets: readonly OpsetImport[]
  readonly nodes: readonly Node[]
  readonly extra: readonly Span[]
}

export type OnnxModel = {
  readonly irVersion: number
  readonly producerName: string
  readonly producerVersion: string
  readonly opsets: readonly OpsetImport[]
  readonly metadata: readonly (readonly [key: string, value: string])[]
  readonly graph: Graph
  readonly functions: readonly ModelFunction[]
  readonly extra: readonly Span[]
}

/** A model together with the bytes that its spans point into. */
export type ModelSource = {
  readonly model: OnnxModel
  readonly sizeBytes: number
  readonly readAt: (position: number, length: number) => Uint8Array
  /** Where an object of `model` stands in the file: an object that was made by an edit stands nowhere. */
  readonly spanOf: (message: object) => Span | undefined
}

export const standardDomain = (domain: string): string => (domain === 'ai.onnx' ? '' : domain)

/** `Add`, or `ai.onnx.ml:Scaler` outside of the standard domain. */
export const operatorName = ({ domain, operator }: Pick<Node, 'domain' | 'operator'>): string =>
  standardDomain(domain) === '' ? operator : `${domain}:${operator}`

export const attributeOf = (node: Pick<Node, 'attributes'>, name: string): Attribute | undefined =>
  node.attributes.find((attribute) => attribute.name === name)

export const elementCount = ({ dims }: Pick<Tensor, 'dims'>): number =>
  dims.reduce((total, size) => total * size, 1)
