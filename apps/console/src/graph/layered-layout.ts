/**
 * Layered drawing (Sugiyama, Tagawa and Toda 1981): boxes in rows by their longest way from the inputs, long arrows led
 * through places of their own, rows ordered by the middle of their neighbours. The same graph gives the same picture.
 */

export type Size = { readonly width: number; readonly height: number }
export type Placed = Size & { readonly id: number; readonly x: number; readonly y: number }
export type Route = {
  readonly from: number
  readonly to: number
  readonly points: readonly (readonly [number, number])[]
}
export type Drawing = Size & { readonly boxes: readonly Placed[]; readonly routes: readonly Route[] }

type Input = {
  readonly boxes: readonly { readonly id: number; readonly kind: string }[]
  /** From lower to higher ids. */
  readonly arrows: readonly (readonly number[])[]
}

/** A box, or one place of a long arrow in a row that it passes. */
type Slot = {
  readonly box: number | undefined
  readonly width: number
  x: number
  readonly up: number[]
  readonly down: number[]
}

const BOX: Size = { width: 168, height: 40 }
const PASS_WIDTH = 10
const GAP_X = 22
const GAP_Y = 34
const MARGIN = 16
const SWEEPS = 6

const ranksOf = ({ boxes, arrows }: Input): Map<number, number> => {
  const ranks = new Map(boxes.map(({ id }) => [id, 0]))
  const sorted = [...arrows].sort(([a = 0], [b = 0]) => a - b)
  for (const [from = 0, to = 0] of sorted)
    ranks.set(to, Math.max(ranks.get(to) ?? 0, (ranks.get(from) ?? 0) + 1))
  // Inputs stand right above what uses them first.
  for (const { id, kind } of boxes) {
    if (kind !== 'input') continue
    const below = arrows.filter(([from]) => from === id).map(([, to = 0]) => ranks.get(to) ?? 1)
    if (below.length > 0) ranks.set(id, Math.min(...below) - 1)
  }
  return ranks
}

type Rows = { readonly slots: Slot[]; readonly rows: number[][]; readonly ways: Map<string, number[]> }

const rowsOf = (input: Input): Rows => {
  const ranks = ranksOf(input)
  const slots: Slot[] = []
  const rows: number[][] = []
  const add = (rank: number, box: number | undefined): number => {
    const at = slots.length
    slots.push({ box, width: box === undefined ? PASS_WIDTH : BOX.width, x: 0, up: [], down: [] })
    rows[rank] ??= []
    rows[rank]?.push(at)
    return at
  }
  const slotOf = new Map(input.boxes.map(({ id }) => [id, add(ranks.get(id) ?? 0, id)]))
  const ways = new Map<string, number[]>()
  for (const [from = 0, to = 0] of input.arrows) {
    const way = [slotOf.get(from) ?? 0]
    for (let rank = (ranks.get(from) ?? 0) + 1; rank < (ranks.get(to) ?? 0); rank += 1)
      way.push(add(rank, undefined))
    way.push(slotOf.get(to) ?? 0)
    for (let at = 1; at < way.length; at += 1) {
      slots[way[at - 1] ?? 0]?.down.push(way[at] ?? 0)
      slots[way[at] ?? 0]?.up.push(way[at - 1] ?? 0)
    }
    ways.set(`${from} ${to}`, way)
  }
  return { slots, rows: Array.from(rows, (row) => row ?? []), ways }
}

const order = ({ slots, rows }: Rows): void => {
  const places = new Map<number, number>()
  const number = (row: readonly number[]): void => {
    for (const [at, slot] of row.entries()) places.set(slot, at)
  }
  for (const row of rows) number(row)
  const sortBy = (row: number[], neighbours: (slot: Slot) => readonly number[]): void => {
    const middle = new Map(
      row.map((at) => {
        const near = neighbours(slots[at] as Slot).map((one) => places.get(one) ?? 0)
        const own = places.get(at) ?? 0
        return [at, near.length === 0 ? own : near.reduce((sum, one) => sum + one, 0) / near.length]
      }),
    )
    row.sort(
      (a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0) || (places.get(a) ?? 0) - (places.get(b) ?? 0),
    )
    number(row)
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const row of rows) sortBy(row, ({ up }) => up)
    for (const row of rows.toReversed()) sortBy(row, ({ down }) => down)
  }
}

/** Left to right without overlap; then each row moves as a whole towards its neighbours above. */
const place = ({ slots, rows }: Rows): number => {
  let width = 0
  for (const row of rows) {
    let x = 0
    for (const at of row) {
      const slot = slots[at] as Slot
      slot.x = x + slot.width / 2
      x += slot.width + GAP_X
    }
    width = Math.max(width, x - GAP_X)
  }
  for (const row of rows) {
    const last = slots[row.at(-1) ?? -1]
    const used = last === undefined ? 0 : last.x + last.width / 2
    const wanted = row.flatMap((at) => {
      const { up, x } = slots[at] as Slot
      return up.length === 0 ? [] : [up.reduce((sum, one) => sum + (slots[one]?.x ?? 0), 0) / up.length - x]
    })
    const shift =
      wanted.length === 0 ? (width - used) / 2 : wanted.reduce((sum, one) => sum + one, 0) / wanted.length
    const bounded = Math.min(Math.max(0, shift), width - used)
    for (const at of row) (slots[at] as Slot).x += bounded
  }
  return width
}

export const drawLayered = (input: Input): Drawing => {
  const rows = rowsOf(input)
  order(rows)
  const width = place(rows)
  const rowOf = new Map(rows.rows.flatMap((row, rank) => row.map((at) => [at, rank] as const)))
  const yOf = (at: number): number => MARGIN + (rowOf.get(at) ?? 0) * (BOX.height + GAP_Y)
  const boxes = rows.slots.flatMap(({ box, x }, at): Placed[] =>
    box === undefined ? [] : [{ id: box, x: MARGIN + x - BOX.width / 2, y: yOf(at), ...BOX }],
  )
  const routes = [...rows.ways].map(([key, way]): Route => {
    const [from = 0, to = 0] = key.split(' ').map(Number)
    const points = way.flatMap((at, index): [number, number][] => {
      const x = MARGIN + (rows.slots[at]?.x ?? 0)
      const [top, bottom] = [yOf(at), yOf(at) + BOX.height]
      if (index === 0) return [[x, bottom]]
      return index === way.length - 1
        ? [[x, top]]
        : [
            [x, top],
            [x, bottom],
          ]
    })
    return { from, to, points }
  })
  const height = 2 * MARGIN + rows.rows.length * (BOX.height + GAP_Y) - GAP_Y
  return { boxes, routes, width: width + 2 * MARGIN, height }
}
