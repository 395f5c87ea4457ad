/** Per-row summaries of what is too wide or not numeric: images, long vectors, strings. */

/** Shares are read from the first 8,192 characters, so that one huge text cannot hold up the router. */
export const TEXT_SCAN_CHARS = 8192

/** chars (full length), tokens (runs of non-space), shares of digits, of non-ASCII and of upper-case ASCII letters. */
export const summariseText = (text: string, into: readonly Float64Array[], row: number): void => {
  const scanned = Math.min(text.length, TEXT_SCAN_CHARS)
  let tokens = 0
  let digits = 0
  let wide = 0
  let upper = 0
  let inToken = false
  for (let i = 0; i < scanned; i += 1) {
    const code = text.charCodeAt(i)
    const space = code <= 32 || code === 160
    if (!space && !inToken) tokens += 1
    inToken = !space
    if (code >= 48 && code <= 57) digits += 1
    else if (code >= 65 && code <= 90) upper += 1
    else if (code > 127) wide += 1
  }
  const share = scanned === 0 ? 0 : 1 / scanned
  put(into, row, [text.length, scanned === 0 ? 0 : (tokens * text.length) / scanned])
  ;(into[2] as Float64Array)[row] = digits * share
  ;(into[3] as Float64Array)[row] = wide * share
  ;(into[4] as Float64Array)[row] = upper * share
}

const put = (into: readonly Float64Array[], row: number, values: readonly [number, number]): void => {
  ;(into[0] as Float64Array)[row] = values[0]
  ;(into[1] as Float64Array)[row] = values[1]
}

/** mean, population std, min, max, share of zeros of one row: elements [from, from + width). NaN makes the first four NaN. */
export const summariseRow = (
  data: ArrayLike<number>,
  from: number,
  width: number,
  into: readonly Float64Array[],
  row: number,
): void => {
  let sum = 0
  let squares = 0
  let least = Infinity
  let most = -Infinity
  let zeros = 0
  // Shifting by the first element keeps the sum of squares from cancelling when the mean is large.
  const shift = width > 0 ? (data[from] as number) : 0
  for (let i = from; i < from + width; i += 1) {
    const value = data[i] as number
    const centred = value - shift
    sum += centred
    squares += centred * centred
    if (value < least) least = value
    if (value > most) most = value
    if (value === 0) zeros += 1
  }
  const mean = sum / width
  const broken = Number.isNaN(sum)
  put(into, row, [shift + mean, Math.sqrt(Math.max(0, squares / width - mean * mean))])
  ;(into[2] as Float64Array)[row] = broken ? Number.NaN : least
  ;(into[3] as Float64Array)[row] = broken ? Number.NaN : most
  ;(into[4] as Float64Array)[row] = zeros / width
}
