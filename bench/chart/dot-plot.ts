/** A dot plot on a logarithmic axis as SVG that follows the reader's light or dark theme. */

export type Dot = { readonly value: number; readonly low: number; readonly high: number }
export type Line = {
  readonly label: string
  readonly isOurs: boolean
  readonly dots: readonly (Dot | undefined)[]
}
export type Panel = { readonly title: string; readonly lines: readonly Line[] }

type Plot = {
  readonly title: string
  readonly subtitle: string
  readonly axis: string
  /** One per dot of a line. */
  readonly series: readonly string[]
  readonly panels: readonly Panel[]
}

const WIDTH = 960
const LABEL = 168
const VALUES = 92
const ROW = 27
const TOP = 96
const GAP = 28
const FOOT = 46
const MARGIN = 16
const TICK_ROOM = 38

const STYLE = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2933 }
  .title { font-size: 18px; font-weight: 650 } .panel { font-size: 14px; font-weight: 600 }
  .soft { fill: #5b6875; font-size: 12px } .ours { font-weight: 650 }
  .grid { stroke: #d7dde3; stroke-width: 1 } .band { fill: #2563c914 }
  .s0 { fill: #8a97a5; stroke: #8a97a5 } .s1 { fill: #4a5866; stroke: #4a5866 }
  .o0 { fill: #7fa8ea; stroke: #7fa8ea } .o1 { fill: #2563c9; stroke: #2563c9 }
  .spread { stroke-width: 2; stroke-opacity: .45; stroke-linecap: round }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6ebf0 } .soft { fill: #9aa7b4 } .grid { stroke: #38424d } .band { fill: #6ea0f522 }
    .s0 { fill: #74818e; stroke: #74818e } .s1 { fill: #b3bfca; stroke: #b3bfca }
    .o0 { fill: #4673bd; stroke: #4673bd } .o1 { fill: #7db0ff; stroke: #7db0ff }
  }`

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const text = (x: number, y: number, content: string, kind = '', anchor = 'start'): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${kind}" text-anchor="${anchor}">${escapeXml(content)}</text>`
/** Three digits say enough. */
const shown = (value: number): string => String(Math.round(Number(value.toPrecision(value < 100 ? 2 : 3))))

const ticksWithin = (low: number, high: number): number[] =>
  [1, 10, 100, 1000, 10_000, 100_000]
    .flatMap((power) => [1, 2, 5].map((step) => step * power))
    .filter((tick) => tick >= low && tick <= high)

const panelSvg = (panel: Panel, x: number, width: number, low: number, high: number): string[] => {
  const left = x + LABEL
  const right = x + width - VALUES
  const at = (value: number): number =>
    left + ((Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (right - left)
  const bottom = TOP + panel.lines.length * ROW
  let free = left
  const grid = ticksWithin(low, high).flatMap((tick) => {
    const place = at(tick)
    const hasRoom = place - free > TICK_ROOM / 2
    if (hasRoom) free = place + TICK_ROOM / 2
    return [
      `<line class="grid" x1="${place.toFixed(1)}" x2="${place.toFixed(1)}" y1="${TOP - 6}" y2="${bottom}"/>`,
      hasRoom ? text(place, bottom + 16, String(tick), 'soft', 'middle') : '',
    ]
  })
  const lines = panel.lines.flatMap((line, index) => {
    const y = TOP + index * ROW + ROW / 2
    const kind = line.isOurs ? 'o' : 's'
    const values = line.dots.map((dot) => (dot === undefined ? '–' : shown(dot.value))).join(' · ')
    const marks = line.dots.flatMap((dot, series) => {
      if (dot === undefined) return []
      const height = y + (series - (line.dots.length - 1) / 2) * 7
      return [
        `<line class="spread ${kind}${series}" x1="${at(dot.low).toFixed(1)}" x2="${at(dot.high).toFixed(1)}" y1="${height}" y2="${height}"/>`,
        `<circle class="${kind}${series}" cx="${at(dot.value).toFixed(1)}" cy="${height}" r="4"/>`,
      ]
    })
    return [
      ...(line.isOurs
        ? [`<rect class="band" x="${x}" y="${y - ROW / 2}" width="${width}" height="${ROW}" rx="4"/>`]
        : []),
      text(left - 12, y + 4.5, line.label, line.isOurs ? 'ours' : '', 'end'),
      text(x + width - 6, y + 4.5, values, line.isOurs ? 'ours' : 'soft', 'end'),
      ...marks,
    ]
  })
  return [text(left, TOP - 16, panel.title, 'panel'), ...grid, ...lines]
}

/** Panels stand side by side over one common axis. */
export const dotPlot = ({ title, subtitle, axis, series, panels }: Plot): string => {
  const dots = panels.flatMap(({ lines }) =>
    lines.flatMap((line) => line.dots.filter((dot) => dot !== undefined)),
  )
  const low = Math.min(...dots.map((dot) => dot.low)) * 0.85
  const high = Math.max(...dots.map((dot) => dot.high)) * 1.15
  const width = (WIDTH - 2 * MARGIN - GAP * (panels.length - 1)) / panels.length
  const height = TOP + Math.max(...panels.map(({ lines }) => lines.length)) * ROW + FOOT
  const legend = series.flatMap((name, index) => {
    const x = WIDTH - MARGIN - (series.length - index) * 118
    return [
      `<circle class="o${index}" cx="${x}" cy="22" r="4"/><circle class="s${index}" cx="${x + 10}" cy="22" r="4"/>`,
      text(x + 20, 26.5, name, 'soft'),
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>${STYLE}\n</style>`,
    text(MARGIN, 28, title, 'title'),
    text(MARGIN, 48, subtitle, 'soft'),
    ...legend,
    ...panels.flatMap((panel, index) => panelSvg(panel, MARGIN + index * (width + GAP), width, low, high)),
    text(WIDTH / 2, height - 10, axis, 'soft', 'middle'),
    '</svg>\n',
  ].join('\n')
}
