/** For tests and proofs of other rooms: a scan of bytes in this thread, without a worker. */
import { memorySource } from './byte-source.ts'
import { sourceContent } from './content.ts'
import { createFileReports } from './file-reports.ts'
import { scanContent } from './scan-content.ts'
import {
  createBudget,
  createScanContext,
  DEFAULT_LIMITS,
  type FileReport,
  LimitError,
  type ScanLimits,
} from './scan-context.ts'

/** The reports of a file with this name and content: its own first, then its members. */
export const scanBytes = (
  name: string,
  bytes: Uint8Array,
  limits: Partial<ScanLimits> = {},
): readonly FileReport[] => {
  const all = { ...DEFAULT_LIMITS, ...limits }
  const collected = createFileReports()
  const context = createScanContext(
    {
      limits: all,
      budget: createBudget(all, () => performance.now()),
      sink: {
        open: (path) => collected.take({ kind: 'open', path }),
        format: (path, format) => collected.take({ kind: 'format', path, format }),
        finding: (path, finding) => collected.take({ kind: 'finding', path, finding }),
      },
    },
    name,
  )
  try {
    scanContent(context, sourceContent(memorySource(bytes)), name)
  } catch (error) {
    if (!(error instanceof LimitError)) throw error
  }
  return collected.reports()
}

export { DEFAULT_LIMITS } from './scan-context.ts'
export { scanFile } from './scan-file.ts'
export { benignFiles } from './testing/benign-files.ts'
export { type CorpusFile, maliciousCorpus } from './testing/malicious-corpus.ts'
export { mutate, seededUniform } from './testing/mutate.ts'
