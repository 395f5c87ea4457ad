export * from './app-error.ts'
export * from './assets.ts'
export * from './clock.ts'
export { closest } from './closest.ts'
export * from './config.ts'
export * from './config-reference.ts'
export {
  ALL_TENANTS,
  APP_ROLE,
  type Database,
  type DatabaseOptions,
  openDatabase,
  type Tx,
} from './database.ts'
export * from './define-errors.ts'
export { writeFileDurably } from './durable-file.ts'
export * from './embedded-postgres.ts'
export * from './error-mapping.ts'
export * from './errors.ts'
export type { Consumer, ConsumerOptions } from './event-consumer.ts'
export * from './event-log.ts'
export { type Cursor, compareCursors, START } from './event-log-store.ts'
export * from './event-schemas.ts'
export * from './http.ts'
export * from './ids.ts'
export * from './lifecycle.ts'
export * from './logger.ts'
export * from './metrics.ts'
export * from './migrate.ts'
export * from './page-cursor.ts'
export { isConnectionLoss, mapPostgresError, uniqueViolation } from './postgres-errors.ts'
export * from './random.ts'
export * from './retry.ts'
export * from './secrets.ts'
export * from './state-lock.ts'
export * from './tracing.ts'
