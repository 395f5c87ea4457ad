/** Reports as SARIF 2.1.0 (OASIS), for CI systems. A file that is not clean is always a result. */
import { pathToFileURL } from 'node:url'
import { RULES, type RuleId, type Severity } from './rules.ts'
import type { FileReport, Finding } from './scan-context.ts'

const LEVEL: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'warning',
  info: 'note',
}
/** GitHub sorts by this number. */
const SCORE: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.0',
}

/** A relative reference as RFC 3986 writes it; absolute paths become file URLs. Members name their outer file. */
const uriOf = (path: string): string => {
  const outer = path.split('!')[0] ?? path
  if (outer.startsWith('/')) return pathToFileURL(outer).href
  return outer.split('/').map(encodeURIComponent).join('/')
}

const resultOf = (file: FileReport, finding: Finding, ruleIndex: number) => ({
  ruleId: finding.rule,
  ruleIndex,
  level: LEVEL[finding.severity],
  message: { text: `${finding.message}${finding.location === '' ? '' : ` (${finding.location})`}` },
  locations: [
    {
      physicalLocation: { artifactLocation: { uri: uriOf(file.path) } },
      logicalLocations: [
        { fullyQualifiedName: `${file.path}${finding.location === '' ? '' : `#${finding.location}`}` },
      ],
    },
  ],
  properties: { verdict: RULES[finding.rule].verdict, format: file.format },
})

export const toSarif = (files: readonly FileReport[], version: string) => {
  const used = [...new Set(files.flatMap(({ findings }) => findings.map(({ rule }) => rule)))].sort()
  const indexOf = new Map<RuleId, number>(used.map((rule, index) => [rule, index]))
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0' as const,
    runs: [
      {
        tool: {
          driver: {
            name: 'rampart scan',
            semanticVersion: version,
            rules: used.map((rule) => ({
              id: rule,
              shortDescription: { text: RULES[rule].summary },
              defaultConfiguration: { level: LEVEL[RULES[rule].severity] },
              properties: {
                'security-severity': SCORE[RULES[rule].severity],
                tags: ['security', RULES[rule].verdict],
              },
            })),
          },
        },
        columnKind: 'utf16CodeUnits' as const,
        results: files.flatMap((file) =>
          file.findings.map((finding) => resultOf(file, finding, indexOf.get(finding.rule) ?? 0)),
        ),
      },
    ],
  }
}
