/** Light, dark or the system's choice, remembered in this browser; `public/theme.js` applies it before the first paint. */
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'

export type ThemeChoice = 'light' | 'dark' | 'system'
const KEY = 'rampart.theme'
const dark = () => matchMedia('(prefers-color-scheme: dark)')

const read = (): ThemeChoice => {
  try {
    const stored = localStorage.getItem(KEY)
    return stored === 'light' || stored === 'dark' ? stored : 'system'
  } catch {
    return 'system'
  }
}

const apply = (choice: ThemeChoice): void => {
  const isDark = choice === 'dark' || (choice === 'system' && dark().matches)
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
}

export const useTheme = (): [ThemeChoice, (choice: ThemeChoice) => void] => {
  const [choice, setChoice] = useState(read)
  useEffect(() => {
    const query = dark()
    const follow = () => apply(choice)
    query.addEventListener('change', follow)
    return () => query.removeEventListener('change', follow)
  }, [choice])
  const set = useCallback((next: ThemeChoice) => {
    try {
      if (next === 'system') localStorage.removeItem(KEY)
      else localStorage.setItem(KEY, next)
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    apply(next)
    setChoice(next)
  }, [])
  return [choice, set]
}

const watch = (notify: () => void): (() => void) => {
  const observer = new MutationObserver(notify)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

/** The theme in effect; canvas charts redraw when it changes. */
export const useAppliedTheme = (): string =>
  useSyncExternalStore(watch, () => document.documentElement.dataset['theme'] ?? 'light')
