/** Hostile model files: what they would do when they are loaded, told without loading them. */
export { RULES, type Rule, type RuleId, type Severity, type Verdict } from './rules.ts'
export { toSarif } from './sarif.ts'
export { DEFAULT_LIMITS, type FileReport, type Finding, type ScanLimits } from './scan-context.ts'
export { type ScanOptions, type ScanReport, scanPaths } from './scan-paths.ts'
export { createScanThread, type ScanThread } from './scan-thread.ts'
