/** The port that verification reads a stored log through: a database, an HTTP API or an export. */
export type EntryRow = {
  readonly idx: string
  readonly entryId: string
  readonly tenant: string
  readonly time: string
  readonly principal: string
  readonly action: string
  readonly entityKind: string
  readonly entityId: string
  readonly outcome: string
  readonly body: string
  readonly leafHash: Uint8Array
  readonly root: Uint8Array
}
export type CheckpointRow = { readonly size: string; readonly tenant: string; readonly note: string }
export type NodeRow = { readonly idx: string; readonly tenant: string; readonly hash: Uint8Array }

/**
 * One consistent view of a stored log; pages ascend, start after the given key, may be shorter than asked and are
 * empty only at the end. A row that the storage cannot read throws AUDIT_ROW_UNREADABLE.
 */
export interface AuditReader {
  entries(after: string | undefined, limit: number): Promise<readonly EntryRow[]>
  checkpoints(after: string | undefined, limit: number): Promise<readonly CheckpointRow[]>
  nodes(level: number, after: string | undefined, limit: number): Promise<readonly NodeRow[]>
  nodeCount(): Promise<number>
}

export interface AuditSource {
  /** `forensic` reads damaged storage as far as it can be read, to tell what exactly was changed. */
  read<T>(work: (reader: AuditReader) => Promise<T>, options?: { readonly forensic?: boolean }): Promise<T>
}
