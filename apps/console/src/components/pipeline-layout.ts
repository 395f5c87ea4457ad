/** Where each room of the pipeline picture stands, wide and narrow; rooms this map does not know go at the end. */
export type Place = { x: number; y: number; width: number; height: number }
export type Layout = { width: number; height: number; places: ReadonlyMap<string, Place> }

const ROOM = { width: 164, height: 64 }

const WIDE: Readonly<Record<string, readonly [column: number, row: number]>> = {
  inventory: [0, 0],
  assurance: [1, 0],
  trust: [2, 0],
  policy: [3, 0],
  callers: [0, 1],
  serving: [1, 1],
  telemetry: [2, 1],
  threats: [3, 1],
}
const TALL_ORDER = ['inventory', 'assurance', 'trust', 'policy', 'serving', 'telemetry', 'threats', 'audit']

export const wideLayout = (ids: readonly string[]): Layout => {
  const gap = 252
  const places = new Map<string, Place>()
  let spare = 4
  for (const id of ids) {
    if (id === 'audit') continue
    const [column, row] = WIDE[id] ?? [spare++, 1]
    places.set(id, { ...ROOM, x: 8 + column * gap, y: 8 + row * 112 })
  }
  const right = Math.max(...[...places.values()].map((place) => place.x + place.width), ROOM.width)
  if (ids.includes('audit')) places.set('audit', { x: 8, y: 212, width: right - 8, height: 44 })
  return { width: right + 8, height: 264, places }
}

export const tallLayout = (ids: readonly string[]): Layout => {
  const order = [...ids].sort((a, b) => TALL_ORDER.indexOf(a) - TALL_ORDER.indexOf(b))
  const places = new Map<string, Place>(
    order.map((id, at) => [id, { x: 8, y: 8 + at * 84, width: 304, height: 56 }]),
  )
  return { width: 320, height: 8 + order.length * 84 - 20, places }
}

export type Line = { path: string; labelX: number; labelY: number; anchor: 'start' | 'middle' }

/** A straight or stepped line between two rooms, and where its rate is written. */
export const lineBetween = (from: Place, to: Place): Line => {
  const middleY = from.y + from.height / 2
  if (Math.abs(middleY - (to.y + to.height / 2)) < 1) {
    const [start, end] = from.x < to.x ? [from.x + from.width, to.x - 7] : [from.x, to.x + to.width + 7]
    return {
      path: `M${start},${middleY}H${end}`,
      labelX: (start + end) / 2,
      labelY: middleY - 7,
      anchor: 'middle',
    }
  }
  const startX = from.x + from.width / 2
  const endX = to.x + to.width / 2
  const startY = from.y + from.height
  const endY = to.y - 7
  if (Math.abs(startX - endX) < 1) {
    return {
      path: `M${startX},${startY}V${endY}`,
      labelX: startX + 8,
      labelY: (startY + endY) / 2 + 4,
      anchor: 'start',
    }
  }
  const bend = (startY + endY) / 2
  return {
    path: `M${startX},${startY}V${bend}H${endX}V${endY}`,
    labelX: (startX + endX) / 2,
    labelY: bend - 6,
    anchor: 'middle',
  }
}
