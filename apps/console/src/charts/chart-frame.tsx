/** Every chart can be read as a table: the frame holds the switch. */
import { ChartLine, Table } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { IconButton } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'

export type ChartTable = { heads: readonly string[]; rows: readonly (readonly (string | number)[])[] }
type Props = {
  title: string
  note?: ReactNode
  table: () => ChartTable
  children: ReactNode
  className?: string
  id?: string
}

export const ChartFrame = ({ title, note, table, children, className, id }: Props) => {
  const [asTable, setAsTable] = useState(false)
  return (
    <Card
      title={title}
      note={note}
      {...(className === undefined ? {} : { className })}
      {...(id === undefined ? {} : { id })}
      actions={
        <IconButton
          label={asTable ? `Show ${title} as chart` : `Show ${title} as table`}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
          className="-mr-2"
        >
          {asTable ? <ChartLine aria-hidden className="size-4" /> : <Table aria-hidden className="size-4" />}
        </IconButton>
      }
    >
      {asTable ? <PlainTable label={title} {...table()} /> : children}
    </Card>
  )
}

const PlainTable = ({ label, heads, rows }: ChartTable & { label: string }) => (
  <div className="max-h-72 overflow-auto">
    <table aria-label={`${label}, values`} className="w-full text-xs">
      <thead className="sticky top-0 bg-surface">
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col" className="eyebrow py-1 pr-3 text-right first:text-left">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={String(row[0])} className="border-t border-line">
            {row.map((cell, at) => (
              <td key={heads[at]} className="tnum py-1 pr-3 text-right whitespace-nowrap first:text-left">
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
