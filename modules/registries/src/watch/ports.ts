/** What the watch is told by others, and whom it tells. */
import type { Digest, SignalInput } from '@rampart/domain'

/** A version that may run: its digest has a verdict that allows it. */
export type ApprovedVersion = { readonly name: string; readonly version: string; readonly digest: Digest }

/** What answers calls now; `where` is `control-plane` or the id of a gateway. */
export type ServedVersion = {
  readonly route: string
  readonly name: string
  readonly version: string
  readonly digest: Digest
  readonly where: string
}

export interface WatchPorts {
  /** Whether these bytes may run, and why not. */
  readonly judge: (
    tenant: string,
    digest: Digest,
  ) => { readonly approved: boolean; readonly reasons: readonly string[] }
  readonly approved: (tenant: string) => readonly ApprovedVersion[]
  readonly served: (tenant: string) => Promise<readonly ServedVersion[]>
  readonly raise: (tenant: string, signal: SignalInput) => Promise<unknown>
}
