/** RFC 4180 text; cells that a spreadsheet would run as a formula are defused by a leading apostrophe. */
const cell = (value: unknown): string => {
  const plain =
    value === undefined || value === null
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value)
  const text = typeof value !== 'number' && /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const toCsv = (rows: readonly Record<string, unknown>[]): string => {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const lines = [names.map(cell), ...rows.map((row) => names.map((name) => cell(row[name])))]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
}
