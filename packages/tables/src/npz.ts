/** npz: a ZIP of NumPy arrays. A one-dimensional array is a column; a two-dimensional one is columns NAME[0], NAME[1], … */
import { open } from 'node:fs/promises'
import { type Block, positionsOf, requireNames, type Table } from './columns.ts'
import { tablesErrors } from './errors.ts'
import { type NumberArray, readNpy } from './npy.ts'
import { readZip } from './zip.ts'

/** Of the file, and of its members unpacked: arrays are held in memory. */
const MAX_BYTES = 512 * 1024 * 1024
const BLOCK_ROWS = 4096

type Column = {
  readonly name: string
  readonly values: Float64Array
  readonly offset: number
  readonly stride: number
}

/** Throws TABLES_FILE_MISSING, TABLES_TOO_LARGE, TABLES_MALFORMED, TABLES_UNSUPPORTED. */
export const openNpz = async (path: string, maxBytes: number = MAX_BYTES): Promise<Table> => {
  const bytes = await readWhole(path)
  const columns = readZip(path, bytes, maxBytes).flatMap((member) =>
    columnsOf(member.name.replace(/\.npy$/, ''), readNpy(`${path}: ${member.name}`, member.read())),
  )
  const names = requireNames(
    path,
    columns.map(({ name }) => name),
  )
  const lengths = new Set(
    columns.map(({ values, offset, stride }) => Math.ceil((values.length - offset) / stride)),
  )
  if (lengths.size > 1)
    throw tablesErrors.TABLES_MALFORMED(`${path}: the arrays have different numbers of rows`)
  return {
    columns: names,
    read: (wanted) =>
      blocks(
        positionsOf(path, names, wanted).map((at) => columns[at] as Column),
        [...lengths][0] ?? 0,
      ),
  }
}

/** Reads what it opened, up to the limit, so that a file that changes or is a device cannot exceed it. */
export const readWhole = async (path: string): Promise<Buffer> => {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw tablesErrors.TABLES_FILE_MISSING(`${path} cannot be read`, { cause })
  })
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw tablesErrors.TABLES_FILE_MISSING(`${path} is not a file`)
    if (stat.size > MAX_BYTES)
      throw tablesErrors.TABLES_TOO_LARGE(`${path} has ${stat.size} bytes, at most ${MAX_BYTES}`)
    const bytes = Buffer.alloc(stat.size)
    const { bytesRead } = await file.read(bytes, 0, stat.size, 0)
    return bytes.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const columnsOf = (name: string, { shape, values }: NumberArray): Column[] => {
  if (shape.length === 1) return [{ name, values, offset: 0, stride: 1 }]
  const width = shape[1] as number
  return Array.from({ length: width }, (_, c) => ({
    name: `${name}[${c}]`,
    values,
    offset: c,
    stride: width,
  }))
}

const blocks = async function* (columns: readonly Column[], length: number): AsyncGenerator<Block> {
  for (let firstRow = 0; firstRow < length; firstRow += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, length - firstRow)
    const cells = columns.map(({ values, offset, stride }) =>
      Array.from({ length: rows }, (_, i) => {
        const value = values[offset + (firstRow + i) * stride] as number
        return Number.isNaN(value) ? null : value
      }),
    )
    yield { firstRow, rows, columns: cells }
  }
}
