/** A playbook as a graph; with a run, each step shows how it ended. The same as a list is below it. */
import { useLayoutEffect, useMemo, useRef } from 'react'
import type { PlaybookRunItem } from '../api/response-queries.ts'
import { drawLayered } from '../graph/layered-layout.ts'
import { type PlaybookDocument, pictureOf, type WorkflowStep } from '../graph/playbook-graph.ts'

type StepState = PlaybookRunItem['steps'][number]['state']

const LOOKS: Readonly<Record<StepState, { color: string; sign: string; word: string }>> = {
  waiting: { color: 'var(--accent)', sign: '…', word: 'runs' },
  succeeded: { color: 'var(--ok)', sign: '✓', word: 'succeeded' },
  failed: { color: 'var(--high)', sign: '!', word: 'failed' },
}

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text

const secondLine = (step: WorkflowStep): string => {
  if (step.condition !== undefined) return step.condition
  if (step.switch !== undefined) return step.switch
  const commands = (step.commands ?? []) as readonly { readonly type?: string; readonly command?: string }[]
  const [first] = commands
  if (first === undefined) return step.name === undefined ? '' : step.type
  const more = commands.length > 1 ? ` +${commands.length - 1}` : ''
  return first.type === 'manual' ? 'a person' : `${first.command ?? first.type ?? ''}${more}`
}

type Props = { playbook: PlaybookDocument; run?: PlaybookRunItem | undefined }

export const PlaybookPicture = ({ playbook, run }: Props) => {
  const picture = useMemo(() => pictureOf(playbook), [playbook])
  const drawing = useMemo(
    () => drawLayered({ boxes: picture.boxes, arrows: picture.arrows.map(({ from, to }) => [from, to]) }),
    [picture],
  )
  // The last time a step was entered counts: loops enter it again and again.
  const states = new Map(run?.steps.map(({ step, state }) => [step, state]))
  const frame = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const { current } = frame
    // Its start is in the middle: where the picture is wider than the screen, that is what to see first.
    if (current !== null) current.scrollLeft = (drawing.width - current.clientWidth) / 2
  }, [drawing.width])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section ref={frame} aria-label="Picture of the workflow" tabIndex={0} className="overflow-auto">
      <svg
        role="img"
        aria-label={`Workflow of ${playbook.name ?? 'the playbook'}, ${picture.boxes.length} steps`}
        width={drawing.width}
        height={drawing.height}
        className="mx-auto block"
      >
        <defs>
          <marker id="tip" viewBox="0 0 8 8" refX={7} refY={4} markerWidth={7} markerHeight={7} orient="auto">
            <path d="M0,0 L8,4 L0,8 z" fill="var(--line-strong)" />
          </marker>
        </defs>
        {drawing.routes.map(({ from, to, points }) => {
          const label = picture.arrows.find((arrow) => arrow.from === from && arrow.to === to)?.label ?? ''
          const [[ax = 0, ay = 0] = [], [bx = 0, by = 0] = []] = points
          const [x, y] = [(ax + bx) / 2, (ay + by) / 2]
          return (
            <g key={`${from} ${to}`}>
              <path
                d={points.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${px},${py}`).join('')}
                fill="none"
                stroke="var(--line-strong)"
                markerEnd="url(#tip)"
              />
              {label !== '' && (
                <text x={x + 8} y={y + 1} fontSize={10.5} fill="var(--ink-3)">
                  {cut(label, 24)}
                </text>
              )}
            </g>
          )
        })}
        {drawing.boxes.map((place) => {
          const id = picture.boxes[place.id]?.step ?? ''
          const step = playbook.workflow[id]
          const state = states.get(id)
          const look = state === undefined ? undefined : LOOKS[state]
          const round = step?.type === 'start' || step?.type === 'end'
          const title = step?.name ?? step?.type ?? ''
          const below = step === undefined ? '' : secondLine(step)
          return (
            <g key={id} transform={`translate(${place.x}, ${place.y})`}>
              <title>{`${title} (${step?.type})${look === undefined ? '' : `: ${look.word}`}`}</title>
              <rect
                width={place.width}
                height={place.height}
                rx={round ? place.height / 2 : 6}
                fill={round ? 'var(--sunken)' : 'var(--surface)'}
                stroke={look?.color ?? 'var(--line-strong)'}
                strokeWidth={look === undefined ? 1 : 2.5}
              />
              <text
                x={12}
                y={below === '' ? place.height / 2 + 4 : 17}
                fontSize={12}
                fontWeight={600}
                fill="var(--ink)"
              >
                {cut(title, 21)}
              </text>
              <text x={12} y={31} fontSize={10.5} fill="var(--ink-3)">
                {cut(below, 26)}
              </text>
              {look !== undefined && (
                <g transform={`translate(${place.width - 15}, 13)`}>
                  <circle r={8.5} fill={look.color} />
                  <text y={4} textAnchor="middle" fontSize={11} fontWeight={700} fill="var(--surface)">
                    {look.sign}
                  </text>
                </g>
              )}
            </g>
          )
        })}
      </svg>
    </section>
  )
}
