/** Test doubles and a real database for tests; never imported by product code. */
export { createFakeClock, type FakeClock } from './testing-clock.ts'
export {
  silentLogger,
  type TestDatabase,
  type TestDatabaseOptions,
  testDatabase,
} from './testing-database.ts'
export { until } from './testing-poll.ts'
export { portsInARow } from './testing-ports.ts'
