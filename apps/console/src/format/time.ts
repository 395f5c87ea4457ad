/** Times for people: relative in tables, absolute (local, with zone) on hover. `now` is an argument so tests need no clock. */
const UNITS: readonly [unit: string, ms: number][] = [
  ['y', 365 * 86_400_000],
  ['mo', 30 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
]

/** `12 s ago`, `in 3 h`, `just now` (under 2 s); `never` for an absent or unreadable time. */
export const relativeTime = (time: string | number | undefined, now: number): string => {
  const at = time === undefined ? Number.NaN : typeof time === 'number' ? time : Date.parse(time)
  if (Number.isNaN(at)) return 'never'
  const delta = now - at
  const size = Math.abs(delta)
  if (size < 2000) return 'just now'
  for (const [unit, ms] of UNITS) {
    if (size >= ms) {
      const text = `${Math.floor(size / ms)} ${unit}`
      return delta > 0 ? `${text} ago` : `in ${text}`
    }
  }
  return 'just now'
}

export const absoluteTime = (time: string | number): string => {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return String(time)
  return date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' })
}

export const clockTime = (time: string | number): string =>
  new Date(time).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  })

export const shortClock = (time: string | number): string =>
  new Date(time).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hour12: false })

/** `850 µs`, `12.5 ms`, `1.2 s`, `3 min`. */
export const duration = (ms: number): string => {
  if (!Number.isFinite(ms)) return '–'
  if (ms < 1) return `${Math.round(ms * 1000)} µs`
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.round(ms / 60_000)} min`
}
