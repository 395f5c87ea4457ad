/** Error catalogue of kit. */
import { defineErrors } from './define-errors.ts'

export const kitErrors = defineErrors({
  KIT_CONFIG_INVALID: {
    kind: 'InvalidInput',
    summary: 'A configuration value is missing, malformed or unknown.',
  },
  KIT_DATABASE_UNAVAILABLE: { kind: 'Unavailable', summary: 'The database cannot be reached or went away.' },
  KIT_DATABASE_BUSY: {
    kind: 'Unavailable',
    summary: 'No database connection became free, or a lock or statement took too long.',
  },
  KIT_COMMIT_UNKNOWN: {
    kind: 'Unavailable',
    summary:
      'The connection was lost while a transaction was being committed: it may or may not have been applied.',
    help: 'Read the state again before repeating the request.',
    retryable: false,
  },
  KIT_TRANSACTION_CONFLICT: {
    kind: 'Conflict',
    summary: 'Concurrent transactions kept colliding and the retries are used up.',
    retryable: true,
  },
  KIT_TRANSACTION_ABORTED: {
    kind: 'Internal',
    summary: 'A failed statement was swallowed inside a transaction, so its commit became a rollback.',
  },
  KIT_TENANT_INVALID: { kind: 'InvalidInput', summary: 'A tenant name is not legal.' },
  KIT_MIGRATION_CHANGED: {
    kind: 'PreconditionFailed',
    summary: 'A migration that was already applied has different content now, or is gone.',
    help: 'Migrations are forward only: restore the file and add a new one.',
  },
  KIT_MIGRATION_FAILED: { kind: 'Internal', summary: 'A migration failed and was rolled back.' },
  KIT_STATE_LOCKED: {
    kind: 'Conflict',
    summary: 'Another process uses this state folder.',
    help: 'Stop the other process or set RAMPART_HOME to another folder.',
  },
  KIT_POSTGRES_UNSUPPORTED: {
    kind: 'Unsupported',
    summary: 'No embedded PostgreSQL exists for this platform, or this user cannot run it.',
    help: 'Set DATABASE_URL to a PostgreSQL server.',
  },
  KIT_POSTGRES_FAILED: { kind: 'Unavailable', summary: 'The embedded PostgreSQL server did not start.' },
  KIT_EVENT_INVALID: {
    kind: 'InvalidInput',
    summary: 'An event does not match the JSON Schema of its type.',
  },
  KIT_EVENT_TYPE_UNKNOWN: { kind: 'InvalidInput', summary: 'No schema exists for an event type.' },
  KIT_VALUE_REFUSED: {
    kind: 'InvalidInput',
    summary:
      'A value cannot be stored or looked up: a NUL or half a surrogate pair, a number or time out of range.',
  },
  KIT_CURSOR_INVALID: { kind: 'InvalidInput', summary: 'A cursor is not one that the server gave out.' },
  KIT_ASSET_MISSING: { kind: 'Internal', summary: 'A file that ships with the product is not there.' },
})
