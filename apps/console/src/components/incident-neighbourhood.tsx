/** What stands around an incident: a picture of two rings, and the same as a list. */
import { useState } from 'react'
import type { Neighbourhood } from '../api/incident-queries.ts'
import { plural } from '../format/number.ts'
import { Card } from '../ui/card.tsx'
import { Segmented } from '../ui/field.tsx'
import { EntityLink } from './entity-link.tsx'

type Node = Neighbourhood['nodes'][number]

const WIDTH = 460
const HEIGHT = 340
const SHOWN = 24
const keyOf = ({ kind, id }: { kind: string; id: string }): string => `${kind}:${id}`
const cut = (text: string): string => (text.length > 20 ? `${text.slice(0, 19)}…` : text)

type Label = { readonly dx: number; readonly dy: number; readonly anchor: 'start' | 'middle' | 'end' }

/** Labels stand outside their ring, so that they do not lie on one another or on the lines. */
const labelAt = (angle: number, radius: number): Label => {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  if (Math.abs(cos) > 0.3)
    return { dx: Math.sign(cos) * (radius + 5), dy: -1, anchor: cos > 0 ? 'start' : 'end' }
  return { dx: 0, dy: sin < 0 ? -radius - 15 : radius + 13, anchor: 'middle' }
}

/** Ring 1 holds the incident's own entities, ring 2 what is named with them elsewhere. */
const place = (nodes: readonly Node[]) => {
  const rings = [nodes.filter(({ hops }) => hops === 1), nodes.filter(({ hops }) => hops > 1)]
  const placed = rings.flatMap((ring, at) =>
    ring.map((node, index) => {
      const angle = ((index + at / 2) / ring.length) * 2 * Math.PI - Math.PI / 2
      const isAlone = at === 0 && ring.length === 1
      const isOuter = at === 1 || (rings[1] ?? []).length === 0
      const [rx, ry] = isAlone ? [0, 0] : isOuter ? [105, 125] : [55, 62]
      const radius = 6 + Math.min(8, node.signals)
      const label = labelAt(isAlone ? Math.PI / 2 : angle, radius)
      const [x, y] = [WIDTH / 2 + rx * Math.cos(angle), HEIGHT / 2 + ry * Math.sin(angle)]
      return [keyOf(node), { node, x, y, radius, label }] as const
    }),
  )
  return new Map(placed)
}

const Picture = ({ neighbourhood }: { neighbourhood: Neighbourhood }) => {
  const at = place(neighbourhood.nodes.slice(0, SHOWN))
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label="Entities around the incident"
      className="w-full"
    >
      {neighbourhood.edges.map(({ from, to, signals }) => {
        const [a, b] = [at.get(from), at.get(to)]
        if (a === undefined || b === undefined) return null
        return (
          <line
            key={`${from} ${to}`}
            {...{ x1: a.x, y1: a.y, x2: b.x, y2: b.y }}
            stroke="var(--line-strong)"
            strokeWidth={Math.min(4, signals)}
          />
        )
      })}
      {[...at.values()].map(({ node, x, y, radius, label }) => (
        <g key={keyOf(node)}>
          <title>{`${node.kind} ${node.id}, ${plural(node.signals, 'signal')}`}</title>
          <circle
            cx={x}
            cy={y}
            r={radius}
            fill={node.hops === 1 ? 'var(--accent)' : 'var(--surface)'}
            stroke={node.hops === 1 ? 'var(--accent)' : 'var(--line-strong)'}
            strokeWidth={1.5}
          />
          <text
            {...{ x: x + label.dx, y: y + label.dy }}
            textAnchor={label.anchor}
            fontSize="11.5"
            fill="var(--ink)"
          >
            {cut(node.id)}
          </text>
          <text
            {...{ x: x + label.dx, y: y + label.dy + 12 }}
            textAnchor={label.anchor}
            fontSize="10"
            fill="var(--ink-3)"
          >
            {node.kind}
          </text>
        </g>
      ))}
    </svg>
  )
}

const List = ({ nodes }: { nodes: readonly Node[] }) => (
  <ul className="flex flex-col gap-1.5">
    {nodes.map((node) => (
      <li key={keyOf(node)} className="flex items-baseline justify-between gap-3">
        <EntityLink entity={node as never} short className="min-w-0 wrap-anywhere" />
        <span className="text-xs whitespace-nowrap text-ink-3">
          {plural(node.signals, 'signal')}, {node.hops === 1 ? 'in the incident' : 'one step away'}
        </span>
      </li>
    ))}
  </ul>
)

export const NeighbourhoodCard = ({ neighbourhood }: { neighbourhood: Neighbourhood }) => {
  const [view, setView] = useState('picture')
  const { nodes } = neighbourhood
  return (
    <Card
      title="Neighbourhood"
      note={nodes.length > SHOWN && view === 'picture' ? `the first ${SHOWN} of ${nodes.length}` : undefined}
      actions={
        <Segmented
          label="View"
          value={view}
          onChange={setView}
          choices={[
            { value: 'picture', label: 'picture' },
            { value: 'list', label: 'list' },
          ]}
        />
      }
    >
      {view === 'picture' ? <Picture neighbourhood={neighbourhood} /> : <List nodes={nodes} />}
    </Card>
  )
}
