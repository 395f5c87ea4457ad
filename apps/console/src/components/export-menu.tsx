/** Saves the rows that are on the screen (filtered, sorted) as CSV or JSON. */
import { Menu } from '@base-ui/react/menu'
import { Download } from 'lucide-react'
import { toCsv } from '../format/csv.ts'
import { buttonClass } from '../ui/button.tsx'
import { saveFile } from '../ui/save-file.ts'

type Props = { name: string; rows: readonly Record<string, unknown>[] }

const save = (name: string, type: string, text: string): void => saveFile(name, new Blob([text], { type }))

const ITEM =
  'flex cursor-default rounded px-2.5 py-1.5 text-sm outline-none select-none data-highlighted:bg-hover'

export const ExportMenu = ({ name, rows }: Props) => (
  <Menu.Root>
    <Menu.Trigger className={buttonClass('secondary')}>
      <Download aria-hidden className="size-3.5" />
      Export
    </Menu.Trigger>
    <Menu.Portal>
      <Menu.Positioner sideOffset={4} align="end" className="z-50">
        <Menu.Popup className="min-w-40 rounded-md border border-line bg-surface p-1 shadow-lift outline-none">
          <Menu.Item className={ITEM} onClick={() => save(`${name}.csv`, 'text/csv', toCsv(rows))}>
            CSV, {rows.length} rows
          </Menu.Item>
          <Menu.Item
            className={ITEM}
            onClick={() => save(`${name}.json`, 'application/json', JSON.stringify(rows, null, 2))}
          >
            JSON, {rows.length} rows
          </Menu.Item>
        </Menu.Popup>
      </Menu.Positioner>
    </Menu.Portal>
  </Menu.Root>
)
