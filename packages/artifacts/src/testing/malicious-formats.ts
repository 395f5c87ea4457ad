/** Hostile weights: safetensors and GGUF. */
import { bytes, u32, u64 } from './bytes.ts'
import type { CorpusFile } from './pickle-parts.ts'

const tensors = (header: string, dataBytes: number): Buffer =>
  bytes(u64(Buffer.byteLength(header)), header, Buffer.alloc(dataBytes))
const f32 = (from: number, to: number, size = (to - from) / 4) => ({
  dtype: 'F32',
  shape: [size],
  data_offsets: [from, to],
})

const safetensorsFiles = (): CorpusFile[] => [
  { name: 'header-longer-than-file.safetensors', data: bytes(u64(1_000_000), '{"a":{}}') },
  { name: 'header-huge.safetensors', data: bytes(u64(2n ** 40n - 1n), '{') },
  { name: 'overlap.safetensors', data: tensors(JSON.stringify({ a: f32(0, 8), b: f32(4, 12) }), 12) },
  { name: 'gap.safetensors', data: tensors(JSON.stringify({ a: f32(0, 4), b: f32(8, 12) }), 12) },
  { name: 'trailing.safetensors', data: tensors(JSON.stringify({ a: f32(0, 4) }), 64) },
  { name: 'beyond.safetensors', data: tensors(JSON.stringify({ a: f32(0, 400) }), 4) },
  {
    name: 'overflow.safetensors',
    data: tensors('{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}', 4),
  },
  {
    name: 'negative.safetensors',
    data: tensors('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4),
  },
  { name: 'size-lie.safetensors', data: tensors(JSON.stringify({ a: f32(0, 4, 100) }), 4) },
  {
    name: 'duplicate-key.safetensors',
    data: tensors(
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}',
      4,
    ),
  },
  {
    name: 'unknown-type.safetensors',
    data: tensors('{"a":{"dtype":"OBJ","shape":[1],"data_offsets":[0,4]}}', 4),
  },
  {
    name: 'metadata-object.safetensors',
    data: tensors('{"__metadata__":{"x":{"y":1}},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
  },
  { name: 'not-utf8.safetensors', data: bytes(u64(12), '{"\xff\xfe":null}', Buffer.alloc(4)) },
  { name: 'deep-header.safetensors', data: tensors(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, 0) },
]

const ggufText = (value: string): Buffer => bytes(u64(Buffer.byteLength(value)), Buffer.from(value))
const entry = (key: string, value: string): Buffer => bytes(ggufText(key), u32(8), ggufText(value))
const gguf = (
  tensorCount: number | bigint,
  entries: readonly Buffer[],
  rest: Buffer = Buffer.alloc(0),
): Buffer => bytes('GGUF', u32(3), u64(tensorCount), u64(entries.length), ...entries, rest)
const tensorInfo = (name: string, dims: readonly (number | bigint)[], type: number, offset: number): Buffer =>
  bytes(ggufText(name), u32(dims.length), ...dims.map(u64), u32(type), u64(offset))

export const HOSTILE_TEMPLATES: readonly string[] = [
  "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
  "{{ ''.__class__.__mro__[1].__subclasses__() }}",
  "{{ (messages|attr('__class__')) }}",
  '{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}',
  "{{ messages['__cla' ~ 'ss__'] }}",
  "{{ messages['\\x5f\\x5fclass\\x5f\\x5f'] }}",
  "{{ lipsum.__globals__['os'].popen('id').read() }}",
  '{{ self._TemplateReference__context }}',
  "{% set u = '_' * 2 %}{{ messages[u ~ 'class' ~ u] }}",
  '{% set f = raise_exception|string %}{{ messages[f[10] ~ f[10]] }}',
  "{% include '/etc/passwd' %}",
  '{{ range(999999999)|list }}',
  "{{ messages|map(attribute='__class__')|list }}",
  '{{ namespace.__init__.__globals__ }}',
  "{{ '%c%c'|format(95,95) }}",
]

const ggufFiles = (): CorpusFile[] => [
  ...HOSTILE_TEMPLATES.map((template, index) => ({
    name: `template-${index}.gguf`,
    data: gguf(0, [entry('tokenizer.chat_template', template)]),
  })),
  {
    name: 'named-template.gguf',
    data: gguf(0, [entry('tokenizer.chat_template.tool_use', HOSTILE_TEMPLATES[0] ?? '')]),
  },
  { name: 'key-count.gguf', data: bytes('GGUF', u32(3), u64(0), u64(2n ** 62n)) },
  { name: 'tensor-count.gguf', data: gguf(2n ** 61n, []) },
  { name: 'text-length.gguf', data: bytes('GGUF', u32(3), u64(0), u64(1), u64(2n ** 60n), 'key') },
  { name: 'array-length.gguf', data: gguf(0, [bytes(ggufText('a'), u32(9), u32(4), u64(2n ** 61n))]) },
  {
    name: 'array-depth.gguf',
    data: gguf(0, [
      bytes(
        ggufText('a'),
        ...Array.from({ length: 50 }, () => bytes(u32(9), u32(9), u64(1))),
        u32(4),
        u64(0),
      ),
    ]),
  },
  { name: 'dimension-overflow.gguf', data: gguf(1, [], tensorInfo('a', [2n ** 40n, 2n ** 40n], 0, 0)) },
  { name: 'many-dimensions.gguf', data: gguf(1, [], bytes(ggufText('a'), u32(4_000_000))) },
  { name: 'tensor-beyond.gguf', data: gguf(1, [], tensorInfo('a', [1024], 0, 0)) },
  { name: 'tensor-offset.gguf', data: gguf(1, [], tensorInfo('a', [1], 0, 2 ** 40)) },
  { name: 'tensor-type.gguf', data: gguf(1, [], tensorInfo('a', [1], 9999, 0)) },
  { name: 'alignment-zero.gguf', data: gguf(0, [bytes(ggufText('general.alignment'), u32(4), u32(0))]) },
  { name: 'duplicate-key.gguf', data: gguf(0, [entry('a', 'x'), entry('a', 'y')]) },
  { name: 'value-type.gguf', data: gguf(0, [bytes(ggufText('a'), u32(77))]) },
  { name: 'cut.gguf', data: gguf(0, [entry('a', 'xxxxxxxx')]).subarray(0, -5) },
]

export const maliciousFormats = (): CorpusFile[] => [...safetensorsFiles(), ...ggufFiles()]
