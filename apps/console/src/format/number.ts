/** Numbers for people; the unit is always part of what is shown, never left to the column head alone. */
const integer = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

export const count = (value: number): string => (Number.isFinite(value) ? integer.format(value) : '–')

/** `0`, `0.4`, `12`, `1.2k`, `3.4M`: at most three significant digits. */
export const compact = (value: number): string => {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 999_500) return `${trim(value / 1_000_000)}M`
  if (size >= 999.5) return `${trim(value / 1000)}k`
  return trim(value)
}

const trim = (value: number): string => {
  const size = Math.abs(value)
  const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2
  return String(Number(value.toFixed(digits)))
}

/** A statistic with four significant digits; tiny values in scientific notation (`3.1e-12`). */
export const statistic = (value: number | undefined): string => {
  if (value === undefined || !Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  if (Math.abs(value) < 0.0001) return value.toExponential(1)
  return String(Number(value.toPrecision(4)))
}

export const percent = (fraction: number): string =>
  Number.isFinite(fraction) ? `${(fraction * 100).toFixed(fraction > 0.0995 ? 1 : 2)} %` : '–'

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

export const bytes = (value: number): string => {
  let size = value
  let unit = 0
  while (size >= 1024 && unit < SIZES.length - 1) {
    size /= 1024
    unit += 1
  }
  return `${unit === 0 ? size : size.toFixed(size >= 100 ? 0 : 1)} ${SIZES[unit]}`
}

export const micros = (value: number): string =>
  value >= 1000 ? `${(value / 1000).toFixed(1)} ms` : `${Math.round(value)} µs`

export const plural = (n: number, one: string, many: string = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`
