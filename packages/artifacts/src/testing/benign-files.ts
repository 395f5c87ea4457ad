/** Small harmless files of each format, as their libraries write them: seeds for fuzzing, and a guard against false alarms. */
import { deflateSync, gzipSync } from 'node:zlib'
import { bytes, field, intField, tar, u16, u32, u64, zip } from './bytes.ts'
import type { CorpusFile } from './pickle-parts.ts'

const npy = (): Buffer => {
  const header = `${"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }".padEnd(117)}\n`
  return bytes('\x93NUMPY\x01\x00', u16(header.length), header, Buffer.alloc(16))
}

const pickle = (): Buffer =>
  bytes(
    0x80,
    4,
    0x8c,
    11,
    'collections',
    0x94,
    0x8c,
    11,
    'OrderedDict',
    0x94,
    0x93,
    0x94,
    ')R',
    0x94,
    '(',
    0x8c,
    1,
    'a',
    0x94,
    'K\x01',
    0x8c,
    1,
    'b',
    0x94,
    'K\x02u.',
  )

const statePickle = (): Buffer =>
  bytes(
    0x80,
    2,
    'ccollections\nOrderedDict\nq\x00)Rq\x01X',
    u32(1),
    'wq\x02',
    'ctorch._utils\n_rebuild_tensor_v2\nq\x03((X',
    u32(7),
    'storageq\x04',
    'ctorch\nFloatStorage\nq\x05X',
    u32(1),
    '0q\x06X',
    u32(3),
    'cpuq\x07K\x02tq\x08QK\x00K\x02\x85q\x09K\x01\x85q\x0a\x89',
    'h\x00)Rq\x0btq\x0cRq\x0ds.',
  )

const safetensors = (): Buffer => {
  const header = JSON.stringify({
    __metadata__: { format: 'pt' },
    a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
  })
  return bytes(u64(header.length), header, Buffer.alloc(8))
}

const ggufText = (value: string): Buffer => bytes(u64(value.length), value)
const gguf = (): Buffer => {
  const head = bytes(
    'GGUF',
    u32(3),
    u64(1),
    u64(2),
    ggufText('general.architecture'),
    u32(8),
    ggufText('llama'),
    ggufText('tokenizer.chat_template'),
    u32(8),
    ggufText("{% for message in messages %}{{ message['content'] | trim }}{% endfor %}"),
    ggufText('a'),
    u32(1),
    u64(8),
    u32(0),
    u64(0),
  )
  return bytes(head, Buffer.alloc((32 - (head.length % 32)) % 32), Buffer.alloc(32))
}

const onnx = (): Buffer => {
  const node = bytes(field(1, 'x'), field(1, 'w'), field(2, 'y'), field(4, 'MatMul'))
  const weight = bytes(
    intField(1, 2),
    intField(1, 2),
    intField(2, 1),
    field(8, 'w'),
    field(9, Buffer.alloc(16)),
  )
  return bytes(
    intField(1, 9),
    field(2, 'test'),
    field(7, bytes(field(1, node), field(2, 'g'), field(5, weight))),
    field(8, intField(2, 17)),
  )
}

const keras = (): Buffer =>
  zip([
    { name: 'metadata.json', data: Buffer.from('{"keras_version": "3.5.0"}') },
    {
      name: 'config.json',
      data: Buffer.from(
        JSON.stringify({
          module: 'keras',
          class_name: 'Sequential',
          config: {
            layers: [
              {
                module: 'keras.layers',
                class_name: 'Dense',
                config: {
                  units: 1,
                  activation: 'relu',
                  kernel_initializer: {
                    module: 'keras.initializers',
                    class_name: 'GlorotUniform',
                    config: { seed: null },
                    registered_name: null,
                  },
                },
                registered_name: null,
              },
            ],
          },
          registered_name: 'Sequential',
        }),
      ),
    },
  ])

const savedModel = (): Buffer =>
  bytes(
    intField(1, 1),
    field(
      2,
      field(
        2,
        bytes(
          field(1, bytes(field(1, 'a'), field(2, 'Const'))),
          field(1, bytes(field(1, 'b'), field(2, 'MatMul'))),
        ),
      ),
    ),
  )

export const benignFiles = (): readonly CorpusFile[] => [
  { name: 'state.pkl', data: pickle() },
  { name: 'state.joblib', data: deflateSync(pickle()) },
  { name: 'state.pkl.gz', data: gzipSync(pickle()) },
  { name: 'array.npy', data: npy() },
  { name: 'arrays.npz', data: zip([{ name: 'a.npy', data: npy(), method: 8 }]) },
  {
    name: 'model.pt',
    data: zip([
      { name: 'archive/data.pkl', data: statePickle() },
      { name: 'archive/data/0', data: Buffer.alloc(8) },
      { name: 'archive/version', data: Buffer.from('3\n') },
    ]),
  },
  { name: 'model.safetensors', data: safetensors() },
  { name: 'model.gguf', data: gguf() },
  { name: 'model.onnx', data: onnx() },
  { name: 'model.keras', data: keras() },
  { name: 'saved_model.pb', data: savedModel() },
  { name: 'model.tar', data: tar([{ name: 'config.json', data: Buffer.from('{"model_type": "bert"}') }]) },
  { name: 'config.json', data: Buffer.from('{"architectures": ["BertModel"], "model_type": "bert"}') },
  { name: 'README.md', data: Buffer.from('# A model\n\nIt works.\n') },
]
