/** Scans one regular file in this thread. Callers that face hostile files use the worker instead. */
import { openFileSource } from './byte-source.ts'
import { sourceContent } from './content.ts'
import { scanContent } from './scan-content.ts'
import { createBudget, createScanContext, LimitError, type ScanLimits } from './scan-context.ts'
import type { ScanEvent } from './scan-messages.ts'

const MAX_EVENTS_PATHS = 5000

/** `label` is the path in the report. Never throws: what goes wrong becomes a finding. */
export const scanFile = (
  path: string,
  label: string,
  limits: ScanLimits,
  tell: (event: ScanEvent) => void,
  now: () => number,
): void => {
  let opened = 0
  const silent = new Set<string>()
  const context = createScanContext(
    {
      limits,
      budget: createBudget(limits, now),
      sink: {
        open: (member) => {
          opened += 1
          // Beyond this only members with findings appear; the verdict of the file counts all.
          if (opened > MAX_EVENTS_PATHS) silent.add(member)
          else tell({ kind: 'open', path: member })
        },
        format: (member, format) => {
          if (!silent.has(member)) tell({ kind: 'format', path: member, format })
        },
        finding: (member, finding) => {
          if (silent.delete(member)) tell({ kind: 'open', path: member })
          tell({ kind: 'finding', path: member, finding })
        },
      },
    },
    label,
  )
  try {
    const file = openFileSource(path)
    try {
      scanContent(context, sourceContent(file.source), label)
    } finally {
      file.close()
    }
  } catch (error) {
    if (error instanceof LimitError) context.report(error.rule, error.message)
    else context.report('unreadable', error instanceof Error ? error.message : String(error))
  }
}
