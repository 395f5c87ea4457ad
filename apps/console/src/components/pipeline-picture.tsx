/** The live picture: rooms, rates on the arrows, and the room lit where a signal is open. Every room is a link. */
import { Link } from 'react-router'
import type { Overview, PipelineArrow, PipelineRoom } from '../api/types.ts'
import { compact, plural } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { type Layout, lineBetween, type Place, tallLayout, wideLayout } from './pipeline-layout.ts'

const PATHS: Readonly<Record<string, string>> = {
  inventory: pb.models(),
  trust: pb.models(),
  assurance: pb.models({ stage: 'assessed' }),
  policy: pb.policies(),
  serving: pb.routes(),
  telemetry: pb.telemetry(),
  threats: pb.signals({ state: 'open' }),
  audit: pb.audit(),
}

const rateText = (rate: number, unit: string): string =>
  unit.startsWith('/') ? `${compact(rate)}${unit}` : `${compact(rate)} ${unit}`

const Room = ({ room, place, tall }: { room: PipelineRoom; place: Place; tall: boolean }) => {
  const lit = room.openSignals > 0
  const color = `var(--${room.severity ?? 'medium'})`
  const left = place.x + 14
  const twoLines = place.height > 48 && !tall
  const label = `${room.title}: ${rateText(room.rate, room.unit)}${lit ? `, ${plural(room.openSignals, 'open signal')}` : ''}`
  return (
    <Link
      to={lit && PATHS[room.id] === undefined ? pb.signals() : (PATHS[room.id] ?? '/')}
      aria-label={label}
    >
      <g className="group/room">
        <rect
          {...place}
          rx={9}
          fill={lit ? `color-mix(in oklab, ${color} 9%, var(--surface))` : 'var(--surface)'}
          stroke={lit ? color : 'var(--line-strong)'}
          strokeWidth={lit ? 1.5 : 1}
          className="transition-colors group-hover/room:stroke-[var(--accent)]"
        />
        <text
          x={left}
          y={place.y + (twoLines ? 27 : place.height / 2 + 4.5)}
          fontSize={14}
          fontWeight={600}
          fill="var(--ink)"
        >
          {room.title}
        </text>
        <text
          x={twoLines ? left : place.x + place.width - (lit ? 44 : 14)}
          y={place.y + (twoLines ? 47 : place.height / 2 + 4.5)}
          textAnchor={twoLines ? 'start' : 'end'}
          fontSize={12}
          fill="var(--ink-3)"
          className="tnum"
        >
          {rateText(room.rate, room.unit)}
        </text>
        {room.id === 'audit' && !tall && (
          <text x={left + 62} y={place.y + place.height / 2 + 4.5} fontSize={12} fill="var(--ink-3)">
            everything above is recorded here, tamper-evident
          </text>
        )}
        {lit && (
          <g
            transform={`translate(${place.x + place.width - 24}, ${twoLines ? place.y + 21 : place.y + place.height / 2})`}
          >
            <circle r={10.5} fill={color} />
            <text
              y={4}
              textAnchor="middle"
              fontSize={room.openSignals > 99 ? 9 : 11.5}
              fontWeight={700}
              fill="var(--surface)"
              className="tnum"
            >
              {room.openSignals > 99 ? '99+' : room.openSignals}
            </text>
          </g>
        )}
      </g>
    </Link>
  )
}

// Each picture has its own markers: a marker inside a hidden picture draws nothing.
const Arrow = ({ arrow, from, to, of }: { arrow: PipelineArrow; from: Place; to: Place; of: string }) => {
  const line = lineBetween(from, to)
  const moving = arrow.rate > 0
  return (
    <g>
      <path
        d={line.path}
        fill="none"
        stroke="var(--line-strong)"
        strokeWidth={1.5}
        markerEnd={`url(#arrow-${of})`}
      />
      {moving && (
        <path
          d={line.path}
          fill="none"
          stroke="var(--accent)"
          strokeWidth={1.5}
          className="flowing"
          markerEnd={`url(#arrow-live-${of})`}
        />
      )}
      <text
        x={line.labelX}
        y={line.labelY}
        textAnchor={line.anchor}
        fontSize={11.5}
        fill={moving ? 'var(--ink-2)' : 'var(--ink-3)'}
        className="tnum"
      >
        {rateText(arrow.rate, arrow.unit)}
      </text>
    </g>
  )
}

const Marker = ({ id, color }: { id: string; color: string }) => (
  <marker
    id={id}
    viewBox="0 0 8 8"
    refX={2}
    refY={4}
    markerWidth={8}
    markerHeight={8}
    markerUnits="userSpaceOnUse"
    orient="auto"
  >
    <path d="M0,0L8,4L0,8Z" fill={color} />
  </marker>
)

type Props = { pipeline: Overview['pipeline']; layout: Layout; className: string; tall?: boolean }

const Picture = ({ pipeline, layout, className, tall = false }: Props) => {
  const of = tall ? 'tall' : 'wide'
  return (
    <svg viewBox={`0 0 ${layout.width} ${layout.height}`} className={className} fontFamily="var(--font-sans)">
      <title>The rooms of the control plane, the rates between them and where signals are open</title>
      <defs>
        <Marker id={`arrow-${of}`} color="var(--line-strong)" />
        <Marker id={`arrow-live-${of}`} color="var(--accent)" />
      </defs>
      {pipeline.arrows.map((arrow) => {
        const from = layout.places.get(arrow.from)
        const to = layout.places.get(arrow.to)
        // Everything is audited: the bar under the rooms says so better than eight lines would.
        if (from === undefined || to === undefined || arrow.to === 'audit') return null
        if (tall && Math.abs(from.y - to.y) > 90) return null
        return <Arrow key={`${arrow.from} ${arrow.to}`} arrow={arrow} from={from} to={to} of={of} />
      })}
      {pipeline.rooms.map((room) => {
        const place = layout.places.get(room.id)
        return place === undefined ? null : <Room key={room.id} room={room} place={place} tall={tall} />
      })}
    </svg>
  )
}

export const PipelinePicture = ({ pipeline }: { pipeline: Overview['pipeline'] }) => {
  const present = { ...pipeline, rooms: pipeline.rooms.filter((room) => room.present) }
  const ids = present.rooms.map(({ id }) => id)
  return (
    <>
      <Picture
        pipeline={present}
        layout={wideLayout(ids)}
        className="hidden h-auto w-full max-w-240 sm:block"
      />
      <Picture pipeline={present} layout={tallLayout(ids)} className="h-auto w-full sm:hidden" tall />
    </>
  )
}
