/** The artifact scanner of this release, in its worker thread. */
import { createHash } from 'node:crypto'
import { createScanThread, DEFAULT_LIMITS, RULES, type ScanLimits, type ScanThread } from '@rampart/artifacts'
import type { ScanEngine } from './scans.ts'

/** Two engines with the same rules have the same name. */
const RULES_ID = createHash('sha256').update(JSON.stringify(RULES)).digest('hex').slice(0, 16)

export const createScanEngine = (limits: Partial<ScanLimits> = {}): ScanEngine => {
  let thread: ScanThread | undefined
  return {
    name: `rampart-scan rules:${RULES_ID}`,
    scan: (file, label) => {
      thread ??= createScanThread()
      return thread.scan(file, label, { ...DEFAULT_LIMITS, ...limits })
    },
    rest: async () => {
      const idle = thread
      thread = undefined
      await idle?.close()
    },
  }
}
