/** AttributeProto. Short values are kept; what is long stays in the file and is counted. */
import type { Attribute, Graph, Span, Tensor } from './graph-model.ts'
import type { FieldReader } from './read-fields.ts'
import { readSparse, readTensor } from './read-tensor.ts'

const MAX_KEPT_VALUES = 4096
const MAX_KEPT_BYTES = 65_536

type Lists = { floats: number[]; ints: bigint[]; strings: Uint8Array[]; count: number; whole: boolean }
type Mutable = { -readonly [K in keyof Attribute]: Attribute[K] }

/** One field of a repeated number: packed (wire type 2) or a single one. */
const readNumbers = <T>(
  context: FieldReader,
  end: number,
  list: {
    readonly wire: number
    readonly lists: Lists
    readonly into: T[]
    readonly one: (end: number) => T
  },
): void => {
  const { lists, into, one } = list
  const add = (limit: number): void => {
    const value = one(limit)
    lists.count += 1
    if (into.length < MAX_KEPT_VALUES) {
      context.keep(0)
      into.push(value)
    } else lists.whole = false
  }
  if (list.wire !== 2) add(end)
  else {
    const inner = context.wire.lengthDelimited(end)
    while (context.wire.position < inner) add(inner)
  }
}

const readString = (context: FieldReader, end: number, lists: Lists): void => {
  const bytes = context.wire.bytes(end, MAX_KEPT_BYTES)
  lists.count += 1
  if (bytes === undefined || lists.strings.length >= MAX_KEPT_VALUES) lists.whole = false
  else {
    context.keep(bytes.length)
    lists.strings.push(bytes)
  }
}

/** Lists that were not kept whole are left to the file. */
const withLists = (attribute: Mutable, lists: Lists): Attribute => ({
  ...attribute,
  count: lists.count,
  ...(lists.whole && lists.floats.length > 0 ? { floats: lists.floats } : {}),
  ...(lists.whole && lists.ints.length > 0 ? { ints: lists.ints } : {}),
  ...(lists.whole && lists.strings.length > 0 ? { strings: lists.strings } : {}),
})

const scalars = (context: FieldReader, end: number, attribute: Mutable) =>
  ({
    1: [2, () => (attribute.name = context.text(end))],
    2: [5, () => (attribute.float = context.wire.float32(end))],
    3: [0, () => (attribute.int = context.wire.int64(end))],
    4: [
      2,
      () => {
        const bytes = context.wire.bytes(end, MAX_KEPT_BYTES)
        context.keep(bytes?.length ?? 0)
        if (bytes !== undefined) attribute.bytes = bytes
      },
    ],
    20: [0, () => (attribute.type = context.integer(end))],
    21: [2, () => (attribute.reference = context.text(end))],
  }) as const

/** `readGraph` reads a nested graph, one level deeper. */
export const readAttributeWith = (
  context: FieldReader,
  end: number,
  readGraph: (end: number) => Graph,
): Attribute =>
  context.message(end, (inner) => {
    const extra: Span[] = []
    const attribute: Mutable = { name: '', type: 0, reference: '', count: 0, extra }
    const lists: Lists = { floats: [], ints: [], strings: [], count: 0, whole: true }
    const tensors: Tensor[] = []
    const graphs: Graph[] = []
    const { wire } = context
    const tensor = (): Tensor => context.message(inner, (tensorEnd) => readTensor(context, tensorEnd))
    const graph = (): Graph => context.message(inner, readGraph)
    context.fields(
      inner,
      {
        ...scalars(context, inner, attribute),
        5: [2, () => (attribute.tensor = tensor())],
        6: [2, () => (attribute.graph = graph())],
        7: [
          [2, 5],
          (type) =>
            readNumbers(context, inner, {
              wire: type,
              lists,
              into: lists.floats,
              one: (e) => wire.float32(e),
            }),
        ],
        8: [
          [0, 2],
          (type) =>
            readNumbers(context, inner, { wire: type, lists, into: lists.ints, one: (e) => wire.int64(e) }),
        ],
        9: [2, () => readString(context, inner, lists)],
        10: [2, () => tensors.push(tensor())],
        11: [2, () => graphs.push(graph())],
        22: [2, () => (attribute.sparse = context.message(inner, (e) => readSparse(context, e)))],
      },
      extra,
    )
    const many = { ...(tensors.length > 0 ? { tensors } : {}), ...(graphs.length > 0 ? { graphs } : {}) }
    return { ...withLists(attribute, lists), ...many }
  })
