/** Made-up rows for warm-up and timing: legal by datatype and shape, not by meaning. */
import { allocateTensor, type Tensor, toFloat16Bits } from '@rampart/codecs'
import type { ModelSignature, TensorSpec } from '@rampart/domain'
import type { Random } from '@rampart/kit'

/** Size used for a varying dimension other than the first. */
const FREE_DIMENSION = 4
const WORDS = ['alpha', 'offer', 'meeting', 'free', 'invoice', 'hello', 'report', 'win']

/** `rows` rows for every input; an input whose first dimension is fixed keeps it. */
export const syntheticInputs = (signature: ModelSignature, rows: number, random: Random): Tensor[] =>
  signature.inputs.map((spec) => {
    const shape = spec.shape.map((size, axis) => (size >= 0 ? size : axis === 0 ? rows : FREE_DIMENSION))
    const data = allocateTensor(
      spec.datatype,
      shape.reduce((product, size) => product * size, 1),
    )
    fill(spec, data, random)
    return { name: spec.name, datatype: spec.datatype, shape, data }
  })

const fill = (spec: TensorSpec, data: Tensor['data'], random: Random): void => {
  const value = maker(spec.datatype, random)
  const slots = data as unknown[]
  for (let i = 0; i < data.length; i++) slots[i] = value()
}

const maker = (datatype: TensorSpec['datatype'], random: Random): (() => unknown) => {
  switch (datatype) {
    case 'FP32':
    case 'FP64':
      return () => random.float() * 2 - 1
    case 'FP16':
      return () => toFloat16Bits(random.float() * 2 - 1)
    case 'BYTES':
      return () => Array.from({ length: 24 }, () => WORDS[random.uint32() % WORDS.length]).join(' ')
    case 'INT64':
    case 'UINT64':
      return () => BigInt(random.uint32() % 2)
    default:
      return () => random.uint32() % 2
  }
}
