/** The keys, behind `?`. */
import { Dialog } from '../ui/dialog.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { SECTIONS } from './sections.ts'

const GENERAL: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['⌘', 'K'], 'Search everything'],
  [['/'], 'Filter the list of this page'],
  [['j'], 'Next row'],
  [['k'], 'Previous row'],
  [['↵'], 'Open the row'],
  [['?'], 'This help'],
]

const Line = ({ keys, what }: { keys: readonly string[]; what: string }) => (
  <div className="flex h-8 items-center gap-3 border-b border-line last:border-0">
    <span className="flex-1">{what}</span>
    <span className="flex gap-1">
      {keys.map((key) => (
        <Kbd key={key}>{key}</Kbd>
      ))}
    </span>
  </div>
)

export const HelpDialog = ({
  open,
  onOpenChange,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
}) => (
  <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard" wide>
    <div className="grid gap-x-10 sm:grid-cols-2">
      <div>
        {GENERAL.map(([keys, what]) => (
          <Line key={what} keys={keys} what={what} />
        ))}
      </div>
      <div>
        {SECTIONS.map(({ id, label, key }) => (
          <Line key={id} keys={['g', key]} what={label} />
        ))}
      </div>
    </div>
  </Dialog>
)
