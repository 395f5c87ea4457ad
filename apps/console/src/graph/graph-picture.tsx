/** The picture of a graph: boxes by rows, marked ones with a sign and a thick border. Arrow keys walk from box to box. */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { GraphPictureData } from '../api/graph-queries.ts'
import { drawLayered, type Placed, type Route } from './layered-layout.ts'

type Box = GraphPictureData['boxes'][number]
type Look = { readonly color: string; readonly sign: string; readonly dash?: string }

const ADDED: Look = { color: 'var(--accent)', sign: '+' }
const CHANGED: Look = { color: 'var(--medium)', sign: '≠', dash: '5 3' }
const FOUND: Look = { color: 'var(--high)', sign: '!' }

const lookOf = ({ marks }: Box): Look | undefined => {
  if (marks.length === 0) return undefined
  return marks.includes('added') ? ADDED : marks.includes('changed') ? CHANGED : FOUND
}

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text

/** Straight down, with rounded sideways steps between the rows. */
const pathOf = ({ points }: Route): string =>
  points
    .map(([x, y], at) => {
      const [px, py] = points[at - 1] ?? [x, y]
      const middle = (py + y) / 2
      return at === 0 ? `M${x},${y}` : x === px ? `L${x},${y}` : `C${px},${middle} ${x},${middle} ${x},${y}`
    })
    .join('')

const titleOf = (box: Box): string => {
  const what =
    box.kind === 'input' || box.kind === 'output' ? `${box.kind} ${box.name}` : `${box.operator}, ${box.name}`
  const many = box.count > 1 ? `, ${box.count} nodes` : ''
  return `${what}${many}${box.marks.length > 0 ? `: ${box.marks.join(', ')}` : ''}`
}

const BoxShape = ({
  box,
  place,
  selected,
  onSelect,
}: {
  box: Box
  place: Placed
  selected: boolean
  onSelect: () => void
}) => {
  const look = lookOf(box)
  const port = box.kind === 'input' || box.kind === 'output'
  const head = port ? box.kind : box.operator
  return (
    <g
      role="option"
      aria-selected={selected}
      aria-label={titleOf(box)}
      data-box={box.id}
      tabIndex={selected ? 0 : -1}
      onClick={onSelect}
      onKeyDown={(event) => event.key === 'Enter' && onSelect()}
      className="cursor-pointer outline-none"
      transform={`translate(${place.x}, ${place.y})`}
    >
      <title>{titleOf(box)}</title>
      <rect
        width={place.width}
        height={place.height}
        rx={port ? place.height / 2 : 6}
        fill={selected ? 'var(--accent-soft)' : port ? 'var(--sunken)' : 'var(--surface)'}
        stroke={look?.color ?? (selected ? 'var(--accent)' : 'var(--line-strong)')}
        strokeWidth={look === undefined ? (selected ? 2 : 1) : 2.5}
        strokeDasharray={look?.dash ?? (box.kind === 'group' ? '2 2' : undefined)}
      />
      <text x={12} y={17} fontSize={12} fontWeight={600} fill="var(--ink)">
        {cut(head, look === undefined ? 23 : 20)}
      </text>
      <text x={12} y={31} fontSize={10.5} fill="var(--ink-3)">
        {cut(box.count > 1 ? `${box.count} nodes from ${box.name}` : box.name, 26)}
      </text>
      {look !== undefined && (
        <g transform={`translate(${place.width - 15}, 13)`}>
          <circle r={8.5} fill={look.color} />
          <text y={4} textAnchor="middle" fontSize={11.5} fontWeight={700} fill="var(--surface)">
            {look.sign}
          </text>
        </g>
      )}
    </g>
  )
}

type Props = {
  readonly picture: GraphPictureData
  readonly label: string
  /** Box to show; undefined shows the first marked one. */
  readonly focus?: number | undefined
}

export const GraphPicture = ({ picture, label, focus }: Props) => {
  const drawing = useMemo(() => drawLayered(picture), [picture])
  const first = picture.boxes.find(({ marks }) => marks.length > 0) ?? picture.boxes[0]
  const [chosen, setChosen] = useState<number | undefined>()
  const frame = useRef<HTMLDivElement>(null)
  const selected = chosen ?? focus ?? first?.id
  useEffect(() => setChosen(focus), [focus])
  useEffect(() => {
    const place = drawing.boxes.find(({ id }) => id === selected)
    const element = frame.current
    if (place === undefined || element === null) return
    element.scrollTo({
      left: place.x + place.width / 2 - element.clientWidth / 2,
      top: place.y - element.clientHeight / 2,
    })
  }, [drawing, selected])

  const walk = (event: KeyboardEvent) => {
    const near = (from: 0 | 1): number | undefined =>
      picture.arrows.find((arrow) => arrow[from] === selected)?.[1 - from]
    const row = drawing.boxes.find(({ id }) => id === selected)
    const beside = (way: number): number | undefined =>
      drawing.boxes
        .filter(({ y, x, id }) => id !== selected && y === row?.y && (x - (row?.x ?? 0)) * way > 0)
        .sort((a, b) => (a.x - b.x) * way)[0]?.id
    const steps: Readonly<Record<string, () => number | undefined>> = {
      ArrowDown: () => near(0),
      ArrowUp: () => near(1),
      ArrowLeft: () => beside(-1),
      ArrowRight: () => beside(1),
    }
    const next = steps[event.key]?.()
    if (next === undefined) return
    event.preventDefault()
    setChosen(next)
    frame.current?.querySelector<SVGGElement>(`[data-box="${next}"]`)?.focus()
  }
  const box = picture.boxes.find(({ id }) => id === selected)
  return (
    <figure className="min-w-0">
      <div
        ref={frame}
        className="graph-picture max-h-120 overflow-auto bg-sunken"
        onKeyDown={walk}
        role="listbox"
        aria-label={label}
        tabIndex={-1}
      >
        <svg
          width={drawing.width}
          height={drawing.height}
          viewBox={`0 0 ${drawing.width} ${drawing.height}`}
          className="mx-auto block"
          fontFamily="var(--font-sans)"
          role="presentation"
        >
          {drawing.routes.map((route) => {
            const near = route.from === selected || route.to === selected
            return (
              <path
                key={`${route.from} ${route.to}`}
                d={pathOf(route)}
                fill="none"
                stroke={near ? 'var(--accent)' : 'var(--line-strong)'}
                strokeWidth={near ? 2 : 1.25}
              />
            )
          })}
          {drawing.boxes.map((place) => {
            const one = picture.boxes.find(({ id }) => id === place.id)
            return one === undefined ? null : (
              <BoxShape
                key={one.id}
                box={one}
                place={place}
                selected={one.id === selected}
                onSelect={() => setChosen(one.id)}
              />
            )
          })}
        </svg>
      </div>
      <figcaption className="border-t border-line px-4 py-2 text-xs text-ink-2" aria-live="polite">
        {box === undefined ? label : <span className="font-mono break-all">{titleOf(box)}</span>}
        {picture.collapsed && (
          <span className="text-ink-3"> · {picture.nodes} nodes, neighbours drawn together</span>
        )}
      </figcaption>
    </figure>
  )
}
