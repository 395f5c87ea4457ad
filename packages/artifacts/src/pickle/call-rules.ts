/**
 * Allowed callables that take names, classes or callables as arguments, and so need their arguments looked at.
 * Each rule answers why a call is not allowed, or undefined.
 */
import {
  CLEAN_FILE,
  GlobalValue,
  InstanceValue,
  isTainted,
  SequenceValue,
  TupleValue,
  type Value,
} from './value.ts'

type CallRule = (args: readonly Value[]) => string | undefined

const PLAIN_BASES = new Set([
  'object',
  'list',
  'dict',
  'tuple',
  'set',
  'frozenset',
  'int',
  'float',
  'str',
  'bytes',
])
const MAX_RANGE = 10_000_000

const isMakeable = (value: Value | undefined): value is GlobalValue =>
  value instanceof GlobalValue && (value.use === 'new' || value.use === 'call')

const newobj: CallRule = ([cls]) => (isMakeable(cls) ? undefined : 'the class is not one that may be made')

const reconstructor: CallRule = ([cls, base]) => {
  if (!isMakeable(cls)) return 'the class is not one that may be made'
  return base instanceof GlobalValue && base.module === 'builtins' && PLAIN_BASES.has(base.name)
    ? undefined
    : 'the base class is not a plain one'
}

/** `_codecs.encode` also unpacks archives and, by registered codecs, does anything; pickles only need Latin-1. */
const encode: CallRule = ([, encoding]) =>
  encoding === 'latin1' || encoding === 'latin-1' ? undefined : 'the encoding is not latin1'

/** NumPy makes an empty array and fills it by its state; a shape here only serves to allocate. */
const reconstruct: CallRule = ([cls, shape]) => {
  if (!(cls instanceof GlobalValue)) return 'the array class is computed'
  return shape instanceof TupleValue && shape.length === 1 && shape.items[0] === 0
    ? undefined
    : 'the array is not made empty'
}

const fromNumpyRandom: CallRule = (args) =>
  args.every((arg) => !(arg instanceof GlobalValue) || arg.module.startsWith('numpy.random'))
    ? undefined
    : 'a generator is made by something outside of numpy.random'

/** The first argument is called with the third. */
const fromType: CallRule = ([rebuild]) =>
  rebuild instanceof GlobalValue && rebuild.use === 'call' && rebuild.module === 'torch._utils'
    ? undefined
    : 'the rebuild function is not one of torch._utils'

const partial: CallRule = ([target]) =>
  target instanceof GlobalValue && target.use !== 'unlisted' && target.name !== 'memmap'
    ? undefined
    : 'what is bound is not an allowed callable'

const classFirst: CallRule = ([cls]) =>
  isMakeable(cls) ? undefined : 'the class is not one that may be made'

/** A range given to a constructor becomes as many objects as it says. */
const holdsRange = (args: readonly Value[]): boolean =>
  args.some(
    (arg) => arg instanceof InstanceValue && arg.of?.module === 'builtins' && /range$/.test(arg.of.name),
  )

const boundedRange: CallRule = (args) =>
  args.every((arg) => typeof arg === 'number' && Math.abs(arg) <= MAX_RANGE) ? undefined : 'the range is huge'

/** `bytearray(n)` allocates n bytes; pickles give it text or bytes. */
const bytearrayRule: CallRule = ([first]) =>
  typeof first === 'number' || first instanceof InstanceValue ? 'it is given a number' : undefined

/** A mapping made of pairs may smuggle a name that the loader calls. */
const mapping: CallRule = (args) =>
  args.some((arg) => (arg instanceof SequenceValue || arg instanceof TupleValue) && isTainted(arg))
    ? 'callables are put in as pairs'
    : undefined

const factory: CallRule = (args) => {
  const [first, ...rest] = args
  if (
    first !== null &&
    first !== undefined &&
    !(first instanceof GlobalValue) &&
    !(first instanceof InstanceValue)
  )
    return 'the factory is not a plain callable'
  if (first instanceof GlobalValue && first.name === 'memmap') return 'the factory opens files'
  return mapping(rest)
}

/** Makes an instance of its first argument from the second. */
const fromDtype: CallRule = (args) =>
  args.some((arg) => arg instanceof GlobalValue && arg.use !== 'mention')
    ? 'a class stands for a type'
    : undefined

/** Loads a whole PyTorch file from a literal: only one that was scanned on the way. */
const scannedFile: CallRule = ([file]) =>
  file === CLEAN_FILE ? undefined : 'the bytes are not a PyTorch file found clean'

const RULES: ReadonlyMap<string, CallRule> = new Map<string, CallRule>([
  ['copyreg._reconstructor', reconstructor],
  ['copyreg.__newobj__', newobj],
  ['copyreg.__newobj_ex__', newobj],
  ['_codecs.encode', encode],
  ['numpy.core.multiarray._reconstruct', reconstruct],
  ['numpy._core.multiarray._reconstruct', reconstruct],
  ['numpy.core._multiarray_umath._reconstruct', reconstruct],
  ['numpy._core._multiarray_umath._reconstruct', reconstruct],
  ['numpy.core.multiarray.scalar', fromDtype],
  ['numpy.random._pickle.__randomstate_ctor', fromNumpyRandom],
  ['numpy.random._pickle.__generator_ctor', fromNumpyRandom],
  ['numpy.random._pickle.__bit_generator_ctor', fromNumpyRandom],
  ['torch._tensor._rebuild_from_type_v2', fromType],
  ['torch._tensor._rebuild_from_type', fromType],
  ['torch.storage._load_from_bytes', scannedFile],
  ['functools.partial', partial],
  ['pandas.core.indexes.base._new_Index', classFirst],
  ['pandas.core.indexes.datetimes._new_DatetimeIndex', classFirst],
  ['pandas.core.indexes.period._new_PeriodIndex', classFirst],
  ['pandas.core.indexes.interval._new_IntervalIndex', classFirst],
  ['builtins.range', boundedRange],
  ['builtins.xrange', boundedRange],
  ['builtins.bytearray', bytearrayRule],
  ['builtins.bytes', (args) => (args.length === 0 ? undefined : 'it is given something')],
  ['builtins.dict', mapping],
  ['collections.OrderedDict', mapping],
  ['collections.Counter', mapping],
  ['types.SimpleNamespace', mapping],
  ['collections.defaultdict', factory],
])

/** Why this call of an allowed callable is not allowed; undefined when it is. */
export const refusalOf = (callee: GlobalValue, args: readonly Value[]): string | undefined => {
  if (holdsRange(args)) return 'a range is unrolled'
  return RULES.get(callee.label)?.(args)
}
