/** Test doubles and a real database for tests; never imported by product code. */
import { createFakeClock, type FakeClock } from './testing-clock.ts'
import { silentLogger, type TestDatabase, testDatabase } from './testing-database.ts'

export { createFakeClock, type FakeClock, silentLogger, type TestDatabase, testDatabase }
