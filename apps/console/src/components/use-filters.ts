/** Filters, sort and tabs kept in the address, so that every view can be sent to a colleague. */
import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { Sort } from '../ui/data-table.tsx'

export const useParam = (name: string, fallback = ''): [string, (value: string) => void] => {
  const [params, setParams] = useSearchParams()
  const value = params.get(name) ?? fallback
  const set = useCallback(
    (next: string) => {
      // From the address itself: two changes in quick succession must both survive, whatever has rendered between.
      const changed = new URLSearchParams(location.search)
      if (next === fallback || next === '') changed.delete(name)
      else changed.set(name, next)
      setParams(changed, { replace: true, preventScrollReset: true })
    },
    [name, fallback, setParams],
  )
  return [value, set]
}

/** `?sort=name` or `?sort=-updatedAt`. */
export const useSortParam = (fallback: string): [Sort | undefined, (sort: Sort) => void] => {
  const [text, setText] = useParam('sort', fallback)
  const sort = useMemo(
    () => (text === '' ? undefined : { column: text.replace(/^-/, ''), descending: text.startsWith('-') }),
    [text],
  )
  const set = useCallback((next: Sort) => setText(`${next.descending ? '-' : ''}${next.column}`), [setText])
  return [sort, set]
}
