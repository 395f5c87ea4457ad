/** Reads a stored log straight from the database, in one snapshot, whether or not the server runs. */
import { ALL_TENANTS, type Database, type Tx } from '@rampart/kit'
import type { AuditReader, AuditSource } from './audit-source.ts'
import { auditErrors } from './errors.ts'
import {
  countNodes,
  prepareReading,
  readPastDamage,
  releaseMark,
  returnToMark,
  selectCheckpointPage,
  selectEntryPage,
  selectNodePage,
  setMark,
} from './store.ts'

/** SQLSTATE class XX: damaged pages, indexes and out-of-line values (PostgreSQL manual, appendix A). */
const isStorageDamage = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('XX')

/** Shrinks the page around a damaged row, so that all rows before it are still read. */
const readPage = async <T>(tx: Tx, limit: number, fetch: (limit: number) => Promise<T>): Promise<T> => {
  for (let size = limit; ; size = Math.floor(size / 2)) {
    await setMark(tx)
    try {
      const page = await fetch(size)
      await releaseMark(tx)
      return page
    } catch (error) {
      if (!isStorageDamage(error)) throw error
      await returnToMark(tx)
      if (size > 1) continue
      const why = error instanceof Error ? error.message : 'storage is damaged'
      throw auditErrors.AUDIT_ROW_UNREADABLE(why, { cause: error })
    }
  }
}

const createReader = (tx: Tx): AuditReader => ({
  entries: (after, limit) => readPage(tx, limit, (size) => selectEntryPage(tx, after, size)),
  checkpoints: (after, limit) => readPage(tx, limit, (size) => selectCheckpointPage(tx, after, size)),
  nodes: (level, after, limit) => readPage(tx, limit, (size) => selectNodePage(tx, level, after, size)),
  nodeCount: () => readPage(tx, 1, () => countNodes(tx)),
})

/** The log in this database as a source for `verifyAuditLog`. */
export const openAuditSource = (database: Pick<Database, 'read'>): AuditSource => ({
  read: (work, options) =>
    database.read(ALL_TENANTS, async (tx) => {
      await prepareReading(tx)
      if (options?.forensic === true) await readPastDamage(tx)
      return await work(createReader(tx))
    }),
})
