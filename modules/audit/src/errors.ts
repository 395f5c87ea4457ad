/** Every error that the audit log can raise. */
import { defineErrors } from '@rampart/kit'

export const auditErrors = defineErrors({
  AUDIT_ENTRY_INVALID: {
    kind: 'InvalidInput',
    summary: 'An audit entry has a field that is empty, too long or not printable, or details above 64 KiB.',
  },
  AUDIT_ENTRY_NOT_FOUND: { kind: 'NotFound', summary: 'No audit entry has this index.' },
  AUDIT_RANGE_INVALID: {
    kind: 'InvalidInput',
    summary: 'A proof was asked for a size that the log does not have.',
  },
  AUDIT_EMPTY: { kind: 'NotFound', summary: 'The audit log has no checkpoint yet.' },
  AUDIT_LOG_DAMAGED: {
    kind: 'Internal',
    summary: 'The stored log contradicts its signed checkpoint, so nothing is appended to it.',
    help: 'Run rampart audit verify: it names the first altered entry. Restore the database from a backup.',
  },
  AUDIT_FLUSH_LATE: {
    kind: 'DeadlineExceeded',
    summary: 'Records could not be appended to the log in time; they wait and are not lost.',
  },
  AUDIT_ROW_UNREADABLE: {
    kind: 'Internal',
    summary: 'The database cannot read a row of the log: its storage is damaged.',
  },
  AUDIT_KEY_MISSING: {
    kind: 'PreconditionFailed',
    summary: 'The state folder has no audit public key, so no checkpoint can be verified.',
    help: 'Point RAMPART_HOME at the state folder of the installation that wrote the log.',
  },
  AUDIT_VERIFY_BUSY: {
    kind: 'RateLimited',
    summary: 'The log was verified a moment ago; verification reads all of it.',
  },
})
