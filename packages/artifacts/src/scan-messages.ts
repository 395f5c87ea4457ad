/** What the scan and its worker say to each other. Findings come one by one, so that a killed worker loses none. */
import type { Finding, ScanLimits } from './scan-context.ts'

export type ScanQuestion = {
  readonly id: number
  readonly path: string
  readonly label: string
  readonly limits: ScanLimits
}

export type ScanEvent =
  | { readonly kind: 'open'; readonly path: string }
  | { readonly kind: 'format'; readonly path: string; readonly format: string }
  | { readonly kind: 'finding'; readonly path: string; readonly finding: Finding }

export type ScanAnswer =
  | { readonly id: number; readonly done: false; readonly event: ScanEvent }
  | { readonly id: number; readonly done: true }
