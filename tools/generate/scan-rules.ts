/** docs/reference/scan-rules.md from the rules of packages/artifacts: severity, verdict, what was found. */
import { RULES } from '@rampart/artifacts'

export const renderScanRules = (): string =>
  [
    '# Rules of the scan',
    '',
    'Generated from `packages/artifacts/src/rules.ts` by `npm run generate`. `rampart scan` names the rule in each finding;',
    'a file is as bad as its worst finding, and an archive as bad as its worst member.',
    '',
    '| rule | severity | verdict | what was found |',
    '|---|---|---|---|',
    ...Object.entries(RULES)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([id, { severity, verdict, summary }]) =>
          `| <a id="${id}"></a>\`${id}\` | ${severity} | ${verdict} | ${summary.replaceAll('|', '\\|')} |`,
      ),
    '',
  ].join('\n')
