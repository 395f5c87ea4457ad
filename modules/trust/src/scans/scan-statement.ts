/** From what the scanner reports about one file and its members to what is signed about it. Pure. */
import type { FileReport } from '@rampart/artifacts'
import type { ScanPredicate } from '@rampart/domain'

/** More findings are counted, not kept: a hostile file must not fill the evidence. */
const MAX_FINDINGS = 100
const RANK = { clean: 0, unverified: 1, blocked: 2 } as const

export type ScannedFile = {
  readonly tenant: string
  readonly path: string
  readonly sizeBytes: number
  readonly engine: string
  readonly durationMs: number
  readonly scannedAt: string
}

/** No report at all is `unverified`: nothing was looked at. */
export const scanPredicate = (file: ScannedFile, reports: readonly FileReport[]): ScanPredicate => {
  const worst = reports.reduce<FileReport['verdict']>(
    (found, { verdict }) => (RANK[verdict] > RANK[found] ? verdict : found),
    reports.length === 0 ? 'unverified' : 'clean',
  )
  const findings = reports.flatMap(({ path, findings: found }) => found.map((one) => ({ path, ...one })))
  return {
    ...file,
    result: worst,
    format: reports[0]?.format ?? 'unknown',
    rules: [...new Set(findings.map(({ rule }) => rule))].sort(),
    findings: findings.slice(0, MAX_FINDINGS),
    findingsTotal: findings.length,
  }
}
