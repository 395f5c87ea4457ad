/** Findings of the newest scan of each file of a version, the worst first, with their place in the file. */
import type { Passport, Severity } from '../api/types.ts'
import { predicateName } from '../format/text.ts'

export type ScanFinding = {
  readonly path: string
  readonly rule: string
  readonly severity: Severity
  readonly message: string
  readonly location: string
}

const ORDER: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info']

const isFinding = (value: unknown): value is ScanFinding => {
  const { path, rule, severity, message, location } = (value ?? {}) as Partial<
    Record<keyof ScanFinding, unknown>
  >
  const texts = [path, rule, message, location]
  return texts.every((text) => typeof text === 'string') && (ORDER as readonly unknown[]).includes(severity)
}

export const scanFindings = ({ evidence, artifacts }: Passport): readonly ScanFinding[] =>
  artifacts
    .flatMap(({ digest, path }) => {
      const newest = evidence
        .filter(
          (one) =>
            predicateName(one.predicateType) === 'artifact-scan' &&
            one.subjectDigest === digest &&
            one.predicate['path'] === path,
        )
        .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0]
      const findings = newest?.predicate['findings']
      return Array.isArray(findings) ? findings.filter(isFinding) : []
    })
    .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
