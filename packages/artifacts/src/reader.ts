/** What a format's reader is given, and how it hands members back to the scan. */
import type { Content } from './content.ts'
import type { ScanContext } from './scan-context.ts'

export type ScanTask = {
  readonly context: ScanContext
  readonly content: Content
  /** File or member name, as a hint only. */
  readonly name: string
  /** Scans a member as a file of its own; its verdict counts for this one. */
  scanMember(name: string, content: Content): void
}

export type Reader = (task: ScanTask) => void
