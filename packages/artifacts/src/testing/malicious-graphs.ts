/** Hostile graphs: ONNX and TensorFlow. */
import { bytes, field, intField, u64 } from './bytes.ts'
import type { CorpusFile } from './pickle-parts.ts'

const node = (
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  extra: readonly Buffer[] = [],
): Buffer =>
  bytes(
    ...inputs.map((name) => field(1, name)),
    ...outputs.map((name) => field(2, name)),
    field(4, op),
    ...extra,
  )
const externalTensor = (entries: Readonly<Record<string, string>>): Buffer =>
  bytes(
    intField(1, 4),
    intField(2, 1),
    field(8, 'w'),
    ...Object.entries(entries).map(([key, value]) => field(13, bytes(field(1, key), field(2, value)))),
    intField(14, 1),
  )
const int64 = (name: string, values: readonly (number | bigint)[]): Buffer =>
  bytes(
    intField(1, values.length),
    intField(2, 7),
    field(8, name),
    field(9, bytes(...values.map((value) => u64(BigInt.asUintN(64, BigInt(value)))))),
  )
const graph = (nodes: readonly Buffer[], initializers: readonly Buffer[] = []): Buffer =>
  bytes(...nodes.map((one) => field(1, one)), field(2, 'g'), ...initializers.map((one) => field(5, one)))
export const onnxModel = (graphBytes: Buffer, extra: readonly Buffer[] = [], domain = ''): Buffer =>
  bytes(
    intField(1, 9),
    field(2, 'test'),
    field(7, graphBytes),
    field(8, bytes(...(domain === '' ? [] : [field(1, domain)]), intField(2, 17))),
    ...extra,
  )
const external = (entries: Readonly<Record<string, string>>): Buffer =>
  onnxModel(graph([node('Identity', ['w'], ['y'])], [externalTensor(entries)]))
const functionProto = (name: string, calls: readonly string[]): Buffer =>
  field(
    25,
    bytes(
      field(1, name),
      ...calls.map((op) => field(7, node(op, ['x'], ['y'], [field(7, 'own')]))),
      field(10, 'own'),
    ),
  )

const loop = (trips: number | bigint | undefined): Buffer =>
  onnxModel(
    graph(
      [
        node(
          'Loop',
          [trips === undefined ? '' : 'm', 'c'],
          ['y'],
          [field(5, bytes(field(1, 'body'), field(6, graph([])), intField(20, 5)))],
        ),
      ],
      trips === undefined ? [] : [int64('m', [trips])],
    ),
  )

const onnxFiles = (): CorpusFile[] => [
  { name: 'external-traversal.onnx', data: external({ location: '../../../etc/passwd' }) },
  { name: 'external-absolute.onnx', data: external({ location: '/etc/passwd' }) },
  { name: 'external-windows.onnx', data: external({ location: 'C:\\secrets' }) },
  { name: 'external-backslash.onnx', data: external({ location: '..\\..\\secrets' }) },
  { name: 'external-address.onnx', data: external({ location: 'http://198.51.100.1/w' }) },
  { name: 'external-attribute.onnx', data: external({ location: 'w.bin', __class__: 'x' }) },
  { name: 'external-offset.onnx', data: external({ location: 'w.bin', offset: '-5' }) },
  { name: 'external-nowhere.onnx', data: external({}) },
  {
    name: 'external-in-constant.onnx',
    data: onnxModel(
      graph([
        node(
          'Constant',
          [],
          ['y'],
          [
            field(
              5,
              bytes(field(1, 'value'), field(5, externalTensor({ location: '../x' })), intField(20, 4)),
            ),
          ],
        ),
      ]),
    ),
  },
  {
    name: 'external-in-branch.onnx',
    data: onnxModel(
      graph([
        node(
          'If',
          ['c'],
          ['y'],
          [
            field(
              5,
              bytes(
                field(1, 'then_branch'),
                field(6, graph([], [externalTensor({ location: '/x' })])),
                intField(20, 5),
              ),
            ),
          ],
        ),
      ]),
    ),
  },
  {
    name: 'custom-domain.onnx',
    data: onnxModel(graph([node('Evil', ['x'], ['y'], [field(7, 'evil.ops')])]), [], 'evil.ops'),
  },
  { name: 'custom-operator.onnx', data: onnxModel(graph([node('RunShell', ['x'], ['y'])])) },
  {
    name: 'python-operator.onnx',
    data: onnxModel(
      graph([node('PyOp', ['x'], ['y'], [field(7, 'ai.onnx.contrib')])]),
      [],
      'ai.onnx.contrib',
    ),
  },
  {
    name: 'context-operator.onnx',
    data: onnxModel(
      graph([node('EPContext', ['x'], ['y'], [field(7, 'com.microsoft')])]),
      [],
      'com.microsoft',
    ),
  },
  { name: 'loop-endless.onnx', data: loop(undefined) },
  { name: 'loop-huge.onnx', data: loop(2n ** 62n) },
  {
    name: 'constant-of-shape.onnx',
    data: onnxModel(graph([node('ConstantOfShape', ['s'], ['y'])], [int64('s', [1_000_000, 1_000_000])])),
  },
  {
    name: 'expand.onnx',
    data: onnxModel(graph([node('Expand', ['x', 's'], ['y'])], [int64('s', [2 ** 31, 16])])),
  },
  {
    name: 'tile-through-identity.onnx',
    data: onnxModel(
      graph([node('Identity', ['s'], ['t']), node('Tile', ['x', 't'], ['y'])], [int64('s', [2 ** 40])]),
    ),
  },
  {
    name: 'initializer-lie.onnx',
    data: onnxModel(
      graph(
        [node('Identity', ['w'], ['y'])],
        [bytes(intField(1, 2 ** 40), intField(2, 1), field(8, 'w'), field(9, Buffer.alloc(4)))],
      ),
    ),
  },
  {
    name: 'initializer-empty.onnx',
    data: onnxModel(
      graph(
        [node('Identity', ['w'], ['y'])],
        [bytes(intField(1, 1_000_000_000), intField(2, 1), field(8, 'w'))],
      ),
    ),
  },
  {
    name: 'initializer-negative.onnx',
    data: onnxModel(
      graph(
        [node('Identity', ['w'], ['y'])],
        [bytes(intField(1, -1), intField(2, 1), field(8, 'w'), field(9, Buffer.alloc(4)))],
      ),
    ),
  },
  {
    name: 'function-recursive.onnx',
    data: onnxModel(
      graph([node('F', ['x'], ['y'], [field(7, 'own')])]),
      [functionProto('F', ['G']), functionProto('G', ['F'])],
      'own',
    ),
  },
  {
    name: 'function-bomb.onnx',
    data: onnxModel(
      graph([node('F0', ['x'], ['y'], [field(7, 'own')])]),
      Array.from({ length: 30 }, (_, index) =>
        functionProto(`F${index}`, index === 29 ? [] : [`F${index + 1}`, `F${index + 1}`]),
      ),
      'own',
    ),
  },
  { name: 'two-graphs.onnx', data: onnxModel(graph([]), [field(7, graph([node('Evil', [], [])]))]) },
  { name: 'cut.onnx', data: onnxModel(graph([node('Relu', ['x'], ['y'])])).subarray(0, -9) },
  { name: 'unknown-field.onnx', data: bytes(onnxModel(graph([])), field(99, 'x')) },
]

const tfNode = (op: string): Buffer => bytes(field(1, 'n'), field(2, op))
const metaGraph = (nodes: readonly string[], functions: readonly string[] = []): Buffer =>
  field(
    2,
    bytes(
      ...nodes.map((op) => field(1, tfNode(op))),
      ...(functions.length === 0
        ? []
        : [
            field(
              2,
              field(1, bytes(field(1, field(1, 'f')), ...functions.map((op) => field(3, tfNode(op))))),
            ),
          ]),
    ),
  )
const savedModel = (nodes: readonly string[], functions: readonly string[] = []): Buffer =>
  bytes(intField(1, 1), field(2, metaGraph(nodes, functions)))

const tensorflowFiles = (): CorpusFile[] => [
  ...[
    'ReadFile',
    'WriteFile',
    'PyFunc',
    'EagerPyFunc',
    'MatchingFiles',
    'ImmutableConst',
    'PrintV2',
    'SomethingNew',
    'LoadLibrary',
    'DebugIdentityV2',
  ].map((op) => ({ name: `${op}.pb`, data: savedModel(['Const', op]) })),
  {
    name: 'in-function.pb',
    data: savedModel(['Const', 'StatefulPartitionedCall'], ['Identity', 'WriteFile']),
  },
  { name: 'frozen.pb', data: bytes(field(1, tfNode('Const')), field(1, tfNode('ReadFile'))) },
  {
    name: 'keras_metadata.pb',
    data: field(
      1,
      bytes(
        intField(2, 0),
        field(3, 'root'),
        field(4, '_tf_keras_layer'),
        field(5, '{"class_name": "Lambda", "config": {"function_type": "lambda"}}'),
      ),
    ),
  },
  { name: 'cut.pb', data: savedModel(['Const', 'Identity']).subarray(0, -3) },
]

export const maliciousGraphs = (): CorpusFile[] => [...onnxFiles(), ...tensorflowFiles()]
