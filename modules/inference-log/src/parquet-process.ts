/** The process that makes and reads Parquet for the server: one task at a time, at low priority, ended when idle. */
import { setPriority } from 'node:os'
import { DuckDBInstance } from '@duckdb/node-api'
import { affected, convert, follow, leaves, merge, search, segmentsOf } from './store.ts'

const TASKS = { affected, convert, follow, leaves, merge, search, segmentsOf }

export type ParquetTasks = { readonly [Name in keyof typeof TASKS]: Parameters<(typeof TASKS)[Name]>[1] }

export type ParquetResults = {
  readonly [Name in keyof ParquetTasks]: Awaited<ReturnType<(typeof TASKS)[Name]>>
}

export type ParquetQuestion = {
  readonly number: number
  readonly name: keyof ParquetTasks
  readonly task: unknown
}

export type ParquetAnswer = { readonly number: number; readonly result?: unknown; readonly error?: string }

/** Below the server's own threads: records can wait, calls cannot. */
const NICENESS = 10
const [spill = '', memoryMb = '256'] = process.argv.slice(2)

setPriority(NICENESS)
const instance = await DuckDBInstance.create(':memory:', {
  // Lines are paired by their order, which more threads would not keep.
  threads: '1',
  memory_limit: `${memoryMb}MB`,
  temp_directory: spill,
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
})
const connection = await instance.connect()

const work = async ({ number, name, task }: ParquetQuestion): Promise<ParquetAnswer> => {
  try {
    return { number, result: await TASKS[name](connection, task as never) }
  } catch (error) {
    return { number, error: error instanceof Error ? error.message : String(error) }
  }
}

let queue = Promise.resolve()
process.on('message', (question: ParquetQuestion) => {
  queue = queue.then(async () => {
    const answer = await work(question)
    process.send?.(answer)
  })
})
process.on('disconnect', () => process.exit(0))
