/** Collects what a scan tells into reports, in the order in which files and members were met. */
import { RULES, type RuleId, type Verdict, worse } from './rules.ts'
import type { FileReport, Finding } from './scan-context.ts'
import type { ScanEvent } from './scan-messages.ts'

type Draft = { format: string; verdict: Verdict; findings: Finding[] }

export const findingOf = (rule: RuleId, message: string, location = ''): Finding => ({
  rule,
  severity: RULES[rule].severity,
  message,
  location,
})

export const createFileReports = () => {
  const drafts = new Map<string, Draft>()
  const draft = (path: string): Draft => {
    const known = drafts.get(path)
    if (known !== undefined) return known
    const made: Draft = { format: 'unknown', verdict: 'clean', findings: [] }
    drafts.set(path, made)
    return made
  }
  return {
    take: (event: ScanEvent): void => {
      const one = draft(event.path)
      if (event.kind === 'format') one.format = event.format
      else if (event.kind === 'finding') {
        one.findings.push(event.finding)
        one.verdict = worse(one.verdict, RULES[event.finding.rule].verdict)
      }
    },
    reports: (): FileReport[] => [...drafts].map(([path, one]) => ({ path, ...one })),
  }
}
