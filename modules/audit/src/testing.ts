/** A recorder that keeps what it is given, for tests of rooms that write audit entries. */
import type { Tx } from '@rampart/kit'
import type { AuditRecord } from './entry.ts'

export const createRecordingAudit = () => {
  const records: AuditRecord[] = []
  return {
    records,
    record: async (_tx: Tx, record: AuditRecord): Promise<void> => {
      records.push(record)
    },
  }
}
