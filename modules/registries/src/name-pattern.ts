/** `*` and `?` over model names. Linear in memory, at worst |pattern|·|text| steps: patterns come from people, names from strangers. */

/** Whether the whole text matches. */
export const matchesPattern = (pattern: string, text: string): boolean => {
  let p = 0
  let t = 0
  let star = -1
  let from = 0
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p
      from = t
      p += 1
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1
      t += 1
    } else if (star >= 0) {
      p = star + 1
      from += 1
      t = from
    } else return false
  }
  while (pattern[p] === '*') p += 1
  return p === pattern.length
}

/** True without patterns. */
export const isIncluded = (include: readonly string[] | undefined, model: string): boolean =>
  include === undefined || include.length === 0 || include.some((pattern) => matchesPattern(pattern, model))
