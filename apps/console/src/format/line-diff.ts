/** Which lines two texts do not share: longest common subsequence, for the small documents that people edit. */

export type DiffLine = { readonly kind: 'same' | 'removed' | 'added'; readonly text: string }

/** O(n · m); longer texts are told as wholly replaced. */
const MOST_LINES = 1000

/** Lengths of the longest common subsequences of the tails that start at (i, j). */
const tailLengths = (a: readonly string[], b: readonly string[]): Uint16Array => {
  const width = b.length + 1
  const lengths = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const same = a[i] === b[j]
      lengths[i * width + j] = same
        ? (lengths[(i + 1) * width + j + 1] as number) + 1
        : Math.max(lengths[(i + 1) * width + j] as number, lengths[i * width + j + 1] as number)
    }
  }
  return lengths
}

export const diffLines = (before: string, after: string): DiffLine[] => {
  const a = before.split('\n')
  const b = after.split('\n')
  const removed = (text: string): DiffLine => ({ kind: 'removed', text })
  const added = (text: string): DiffLine => ({ kind: 'added', text })
  if (a.length > MOST_LINES || b.length > MOST_LINES) return [...a.map(removed), ...b.map(added)]
  const lengths = tailLengths(a, b)
  const width = b.length + 1
  const lines: DiffLine[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i] as string })
      i += 1
      j += 1
    } else if (
      j >= b.length ||
      (i < a.length && (lengths[(i + 1) * width + j] as number) >= (lengths[i * width + j + 1] as number))
    ) {
      lines.push(removed(a[i] as string))
      i += 1
    } else {
      lines.push(added(b[j] as string))
      j += 1
    }
  }
  return lines
}
