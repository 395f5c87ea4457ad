/** Naming a bundle by its content. */
import { createHash } from 'node:crypto'
import type { PolicySource } from './policy-source.ts'

/** JSON with sorted keys, so that equal documents have equal text. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

/** `sha256:…` over the files and the data: two bundles with one digest decide alike. */
export function digestOf(source: Pick<PolicySource, 'files' | 'data'>): `sha256:${string}` {
  const text = stableJson({ files: source.files, data: source.data ?? {} })
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}
