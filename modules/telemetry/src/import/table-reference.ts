/** A reference profile from the columns of a table: each value of an input must have its column, outputs may. */
import { allocateTensor, type Tensor } from '@rampart/codecs'
import type { Datatype, TensorSpec } from '@rampart/domain'
import type { Block, Table } from '@rampart/tables'
import { telemetryErrors } from '../errors.ts'
import { createExtractor, createSketches, type Extractor, type FeatureSketch } from '../extract.ts'
import { type Layout, planLayout, type ReferenceTensor, type Side } from '../layout.ts'
import type { ObservedBatch, ReferenceInput } from '../ports.ts'
import { type BuiltReference, builtOf, LEAST_REFERENCE_ROWS } from '../reference.ts'

/** What is known of the version that the table is for. */
export type ImportTarget = Pick<ReferenceInput, 'signature' | 'features' | 'classes' | 'prediction'>

export type TableReference = {
  readonly built: BuiltReference
  /** Columns that are no input or output of the model. */
  readonly ignored: readonly string[]
}

type Options = { readonly maxRows: number; readonly seed: () => number }

/** A tensor whose elements stand in these columns of the table. */
type Placed = { readonly side: Side; readonly spec: TensorSpec; readonly columns: readonly string[] }

const CHUNK_ROWS = 2048
const MOST_NAMED = 8

const refuse = (message: string) => telemetryErrors.TELEMETRY_REFERENCE_INVALID(message)

/** Elements per row; undefined when the signature leaves it open. */
const widthOf = ({ shape }: TensorSpec): number | undefined => {
  const width = shape.slice(1).reduce((product, size) => product * size, 1)
  return shape.slice(1).some((size) => size < 0) ? undefined : width
}

/** A feature's name, `INPUT[i]`, or the tensor's own name when it has one value per row. */
const namesOf = (spec: TensorSpec, index: number, width: number, target: ImportTarget): string[] => {
  const named = target.features.find((one) => one.input === spec.name && one.index === index)
  return [
    ...(named === undefined ? [] : [named.name]),
    `${spec.name}[${index}]`,
    ...(width === 1 ? [spec.name] : []),
  ]
}

const place = (
  side: Side,
  spec: TensorSpec,
  known: ReadonlySet<string>,
  target: ImportTarget,
): { readonly placed?: Placed; readonly missing: readonly string[] } => {
  const width = widthOf(spec)
  if (width === undefined) return { missing: [`every value of ${spec.name} (its width is not fixed)`] }
  const found = Array.from({ length: width }, (_, index) => {
    const names = namesOf(spec, index, width, target)
    return { column: names.find((name) => known.has(name)), wanted: names[0] as string }
  })
  const missing = found.flatMap(({ column, wanted }) => (column === undefined ? [wanted] : []))
  if (missing.length > 0) return { missing }
  return { placed: { side, spec, columns: found.map(({ column }) => column as string) }, missing: [] }
}

const placeAll = (table: Table, target: ImportTarget): Placed[] => {
  const known = new Set(table.columns)
  const inputs = target.signature.inputs.map((spec) => place('input', spec, known, target))
  const missing = inputs.flatMap((one) => one.missing)
  if (missing.length > 0) {
    const shown = missing.slice(0, MOST_NAMED).join(', ')
    throw refuse(
      `the table has no column for ${shown}${missing.length > MOST_NAMED ? ` and ${missing.length - MOST_NAMED} more` : ''}`,
    )
  }
  const outputs = target.signature.outputs.map((spec) => place('output', spec, known, target))
  return [...inputs, ...outputs].flatMap(({ placed }) => (placed === undefined ? [] : [placed]))
}

const FLOATS: readonly Datatype[] = ['FP16', 'FP32', 'FP64']
const TRUTH: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ['true', 1],
  ['True', 1],
  ['false', 0],
  ['False', 0],
])

/** The cell as an element of the tensor; undefined when it cannot be one. */
const elementOf = (
  cell: number | string | null,
  datatype: Datatype,
): number | bigint | string | undefined => {
  if (datatype === 'BYTES') return cell === null ? '' : String(cell)
  if (FLOATS.includes(datatype)) return cell === null ? Number.NaN : numberOf(cell)
  const value = numberOf(cell)
  if (value === undefined || !Number.isSafeInteger(value)) return undefined
  return datatype === 'INT64' || datatype === 'UINT64' ? BigInt(value) : value
}

const numberOf = (cell: number | string | null): number | undefined =>
  typeof cell === 'number' ? cell : TRUTH.get(cell)

const tensorOf = (
  { spec, side, columns }: Placed,
  block: Block,
  at: ReadonlyMap<string, number>,
  [from, to]: readonly [number, number],
): ReferenceTensor => {
  const rows = to - from
  const width = columns.length
  const data = allocateTensor(spec.datatype, rows * width)
  columns.forEach((name, c) => {
    const cells = block.columns[at.get(name) as number] as Block['columns'][number]
    for (let r = 0; r < rows; r += 1) {
      const value = elementOf(cells[from + r] ?? null, spec.datatype)
      if (value === undefined)
        throw refuse(
          `data row ${block.firstRow + from + r + 1}: column ${name} holds ${shownCell(cells[from + r])}, ${spec.datatype} is needed`,
        )
      data[r * width + c] = value as never
    }
  })
  return { name: spec.name, datatype: spec.datatype, side, rows, shape: [rows, ...spec.shape.slice(1)], data }
}

const shownCell = (cell: unknown): string =>
  cell === null || cell === undefined ? 'nothing' : JSON.stringify(String(cell).slice(0, 40))

const batchOf = (tensors: readonly ReferenceTensor[]): ObservedBatch => ({
  route: '',
  model: '',
  version: '',
  tenant: '',
  rows: tensors[0]?.rows ?? 0,
  inputs: tensors.filter(({ side }) => side === 'input') as readonly Tensor[],
  outputs: tensors.filter(({ side }) => side === 'output') as readonly Tensor[],
})

type Building = {
  readonly layout: Layout
  readonly extractor: Extractor
  readonly sketches: readonly FeatureSketch[]
}

const begin = (tensors: readonly ReferenceTensor[], target: ImportTarget, seed: () => number): Building => {
  const layout = planLayout(tensors, target)
  return { layout, extractor: createExtractor(layout), sketches: createSketches(layout, seed) }
}

/** Memory is that of one block of the table. Throws TELEMETRY_REFERENCE_INVALID and what the table throws. */
export const referenceFromTable = async (
  table: Table,
  target: ImportTarget,
  options: Options,
): Promise<TableReference> => {
  const placed = placeAll(table, target)
  const columns = [...new Set(placed.flatMap((one) => one.columns))]
  const at = new Map(columns.map((name, index) => [name, index]))
  let building: Building | undefined
  let rows = 0
  for await (const block of table.read(columns)) {
    rows += block.rows
    if (rows > options.maxRows) throw refuse(`more than ${options.maxRows} rows`)
    for (let from = 0; from < block.rows; from += CHUNK_ROWS) {
      const range = [from, Math.min(block.rows, from + CHUNK_ROWS)] as const
      const tensors = placed.map((one) => tensorOf(one, block, at, range))
      building ??= begin(tensors, target, options.seed)
      building.extractor.extract(batchOf(tensors), building.sketches)
    }
  }
  if (building === undefined || rows < LEAST_REFERENCE_ROWS)
    throw refuse(`${rows} reference rows, at least ${LEAST_REFERENCE_ROWS} are needed`)
  return {
    built: builtOf(rows, building.layout, building.sketches),
    ignored: table.columns.filter((name) => !at.has(name)),
  }
}
