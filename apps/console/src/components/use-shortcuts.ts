/** Keyboard: `g x` goes to a section, `/` filters, `j` `k` walk rows, `?` helps, Ctrl or ⌘ K searches everywhere. */
import { useEffect, useRef } from 'react'
import { useNavigate } from 'react-router'
import { SECTIONS } from './sections.ts'

/** `target` is what was really typed into, inside a shadow tree too. */
const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

const SEQUENCE_MS = 1200

const moveRow = (step: 1 | -1): void => {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')].filter(
    (row) => row.offsetParent !== null,
  )
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const next = at < 0 ? (step === 1 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))
  rows[next]?.focus({ focusVisible: true } as FocusOptions)
  rows[next]?.scrollIntoView({ block: 'nearest' })
}

type Handlers = { openSearch: () => void; openHelp: () => void }

export const useShortcuts = ({ openSearch, openHelp }: Handlers): void => {
  const navigate = useNavigate()
  const prefixAt = useRef(0)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        return openSearch()
      }
      if (event.metaKey || event.ctrlKey || event.altKey || typing(event.composedPath()[0] ?? null)) return
      if (document.querySelector('[role=dialog]') !== null) return
      if (Date.now() - prefixAt.current < SEQUENCE_MS) {
        prefixAt.current = 0
        const section = SECTIONS.find(({ key }) => key === event.key)
        if (section !== undefined) {
          event.preventDefault()
          return void navigate(section.path)
        }
      }
      if (event.key === 'g') prefixAt.current = Date.now()
      else if (event.key === 'j' || event.key === 'k') moveRow(event.key === 'j' ? 1 : -1)
      else if (event.key === '?') openHelp()
      else if (event.key === '/') {
        event.preventDefault()
        const box = document.querySelector<HTMLInputElement>('main [data-search]')
        if (box === null) openSearch()
        else box.focus()
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [navigate, openSearch, openHelp])
}
