/** One part of a comparison as a table: what came, went or changed, with a sign and a word. */
import { Minus, Plus, Replace } from 'lucide-react'
import type { DifferenceChange, DifferenceSection } from '../api/lineage-queries.ts'
import { plural, statistic } from '../format/number.ts'
import { shortDigest } from '../format/text.ts'
import { Badge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'

const SIGNS = {
  added: { icon: Plus, tone: 'accent' },
  removed: { icon: Minus, tone: 'neutral' },
  changed: { icon: Replace, tone: 'neutral' },
} as const

const DIGEST = /^(sha256:)?[0-9a-f]{64}$/

const LONG_NUMBER = /^-?\d*\.\d{5,}(e-?\d+)?$/

const Value = ({ text }: { text: string | undefined }) => {
  if (text === undefined) return <span className="text-ink-3">—</span>
  if (DIGEST.test(text)) return <CopyText value={text} shown={shortDigest(text)} what="digest" />
  if (LONG_NUMBER.test(text)) return <span title={text}>{statistic(Number(text))}</span>
  return <span className="text-xs break-words">{text}</span>
}

/** The way from one figure to another, where both are figures. */
const stepOf = ({ from, to }: DifferenceChange): string | undefined => {
  const [before, after] = [Number(from), Number(to)]
  if (from === undefined || to === undefined || Number.isNaN(before) || Number.isNaN(after)) return undefined
  const step = after - before
  return `${step > 0 ? '+' : '−'}${Math.abs(step).toPrecision(3)}`
}

const columns: readonly Column<DifferenceChange>[] = [
  {
    id: 'change',
    head: 'Change',
    cell: (row) => (
      <Badge tone={SIGNS[row.change].tone} icon={SIGNS[row.change].icon}>
        {row.change}
      </Badge>
    ),
  },
  {
    id: 'name',
    head: 'What',
    cell: (row) => (
      <span className="wrap-anywhere">
        <span className="text-xs text-ink-3">{row.kind} </span>
        <span className="font-mono text-xs">{row.name}</span>
      </span>
    ),
    className: 'min-w-32',
  },
  { id: 'from', head: 'From', cell: (row) => <Value text={row.from} />, className: 'max-w-80' },
  {
    id: 'to',
    head: 'To',
    className: 'max-w-80',
    cell: (row) => (
      <>
        <Value text={row.to} />
        {stepOf(row) !== undefined && <span className="tnum ml-2 text-xs text-ink-3">{stepOf(row)}</span>}
      </>
    ),
  },
]

type Props = { title: string; section: DifferenceSection }

export const DifferenceTable = ({ title, section }: Props) => (
  <Card
    title={title}
    note={
      section.total === 0
        ? section.same === 0
          ? 'nothing on either side'
          : `${plural(section.same, 'fact')}, all the same`
        : `${plural(section.total, 'change')}, ${section.same} the same`
    }
    flush
  >
    {section.changes.length > 0 && (
      <DataTable
        label={`${title}: changes`}
        columns={columns}
        rows={section.changes}
        rowKey={(row) => `${row.change} ${row.kind} ${row.name}`}
      />
    )}
    {section.total > section.changes.length && (
      <p className="px-4 py-2 text-xs text-ink-3">
        {section.total - section.changes.length} further changes are not listed.
      </p>
    )}
  </Card>
)
