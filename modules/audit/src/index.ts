/** The audit log's door: record, prove, verify. */
import { assetPath, type MigrationSource } from '@rampart/kit'

export { type Audit, type AuditDeps, type CheckpointView, createAudit } from './audit.ts'
export type { AuditReader, AuditSource, CheckpointRow, EntryRow, NodeRow } from './audit-source.ts'
export { openAuditSource } from './database-source.ts'
export type { AuditEntry, AuditOutcome, AuditRecord } from './entry.ts'
export { auditErrors } from './errors.ts'
export { readAuditTrust } from './mirror.ts'
export { registerAuditRoutes } from './routes.ts'
export type { EntryFilter } from './store.ts'
export {
  type Alteration,
  type AuditTrust,
  type AuditVerification,
  verifyAuditLog,
} from './verification.ts'

export const auditMigrations = (): MigrationSource => ({
  module: 'audit',
  dir: assetPath('modules/audit/migrations'),
})
