/** Fakes of identity's ports for tests. */
import type { AuditPort } from './ports.ts'

export type RecordedEntry = Parameters<AuditPort['record']>[1]

/** Keeps what was recorded, also of transactions that were rolled back later. */
export const createRecordingAudit = (): AuditPort & { readonly entries: RecordedEntry[] } => {
  const entries: RecordedEntry[] = []
  return {
    entries,
    record: async (_tx, entry) => {
      entries.push(entry)
    },
  }
}
