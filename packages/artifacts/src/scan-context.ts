/** What a reader may use and where it reports: findings per file, budgets shared by a file and everything nested in it. */
import { RULES, type RuleId, type Severity, type Verdict, worse } from './rules.ts'

export type Finding = {
  readonly rule: RuleId
  readonly severity: Severity
  readonly message: string
  /** Where in the file: `offset 12`, a JSON pointer, a tensor or layer name. */
  readonly location: string
}

export type FileReport = {
  readonly path: string
  readonly format: string
  readonly verdict: Verdict
  readonly findings: readonly Finding[]
}

/** Limits of one top-level file. Bytes count what decompression produced; times are milliseconds of the worker's clock. */
export type ScanLimits = {
  readonly maxDepth: number
  readonly maxMembers: number
  readonly maxExpandedBytes: number
  readonly maxFindings: number
  readonly maxMillis: number
}

export const DEFAULT_LIMITS: ScanLimits = {
  maxDepth: 6,
  maxMembers: 20_000,
  maxExpandedBytes: 16 * 2 ** 30,
  maxFindings: 100,
  maxMillis: 600_000,
}

/** Thrown when a budget is used up; ends the scan of the whole top-level file. */
export class LimitError extends Error {
  override readonly name = 'LimitError'
  readonly rule: RuleId
  constructor(rule: RuleId, message: string) {
    super(message)
    this.rule = rule
  }
}

export type Budget = {
  /** Throws LimitError when the deadline has passed. Cheap enough for once per chunk. */
  checkTime(): void
  expand(bytes: number): void
  countMember(): void
}

export type ScanContext = {
  readonly path: string
  readonly depth: number
  readonly limits: ScanLimits
  readonly budget: Budget
  report(rule: RuleId, message: string, location?: string): void
  setFormat(format: string): void
  /** The verdict so far. */
  verdict(): Verdict
  /** A context for a member; its entry appears in the report, and its verdict counts for this file. */
  member(name: string): ScanContext
}

const MAX_MESSAGE = 300

/** Attacker text: control and direction characters are written as escapes, long text is cut. */
export const quoted = (text: string): string => {
  const cut = text.length > 160 ? `${text.slice(0, 160)}…` : text
  return JSON.stringify(cut).replaceAll(
    /[\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

export const createBudget = (limits: ScanLimits, now: () => number): Budget => {
  const deadline = now() + limits.maxMillis
  let expanded = 0
  let members = 0
  return {
    checkTime: () => {
      if (now() > deadline)
        throw new LimitError('scan-limit', `the scan took longer than ${limits.maxMillis} ms`)
    },
    expand: (bytes) => {
      expanded += bytes
      if (expanded > limits.maxExpandedBytes)
        throw new LimitError('archive-bomb', `more than ${limits.maxExpandedBytes} bytes after decompression`)
      if (now() > deadline)
        throw new LimitError('scan-limit', `the scan took longer than ${limits.maxMillis} ms`)
    },
    countMember: () => {
      members += 1
      if (members > limits.maxMembers)
        throw new LimitError('archive-limit', `more than ${limits.maxMembers} members`)
    },
  }
}

/** What a context tells while it works, so that a killed scan keeps what it had found. */
export type ReportSink = {
  open(path: string): void
  format(path: string, format: string): void
  finding(path: string, finding: Finding): void
}

type Shared = { readonly limits: ScanLimits; readonly budget: Budget; readonly sink: ReportSink }

const contextFor = (
  shared: Shared,
  path: string,
  depth: number,
  parent: ScanContext | undefined,
): ScanContext => {
  let verdict: Verdict = 'clean'
  let count = 0
  const seen = new Set<string>()
  const children = new Map<string, number>()
  shared.sink.open(path)
  const context: ScanContext = {
    path,
    depth,
    limits: shared.limits,
    budget: shared.budget,
    setFormat: (format) => shared.sink.format(path, format),
    verdict: () => verdict,
    report: (rule, message, location = '') => {
      const definition = RULES[rule]
      const becomes = worse(verdict, definition.verdict)
      const key = `${rule}\0${message}`
      // The same fact a thousand times is one finding; a worse verdict is always told.
      if (becomes === verdict && (seen.has(key) || count >= shared.limits.maxFindings)) return
      seen.add(key)
      count += 1
      verdict = becomes
      shared.sink.finding(path, {
        rule,
        severity: definition.severity,
        message: message.slice(0, MAX_MESSAGE),
        location,
      })
      const [tell, word]: [RuleId, string] =
        definition.verdict === 'blocked'
          ? ['member-blocked', 'blocked']
          : ['member-unverified', 'not verified']
      parent?.report(tell, `${path.slice(parent.path.length + 1)} is ${word}`, path)
    },
    member: (name) => {
      const times = children.get(name) ?? 0
      children.set(name, times + 1)
      const label = quoted(name).slice(1, -1).slice(0, 400)
      return contextFor(
        shared,
        `${path}!${times === 0 ? label : `${label}#${times + 1}`}`,
        depth + 1,
        context,
      )
    },
  }
  return context
}

export const createScanContext = (shared: Shared, path: string): ScanContext =>
  contextFor(shared, path, 0, undefined)
