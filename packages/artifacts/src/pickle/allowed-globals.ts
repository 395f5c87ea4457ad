/** The allowlist as a look-up: hand-written lists and the ones made from installed libraries, by exact module and name. */
import generated from '../generated/allowed-globals.json' with { type: 'json' }
import { BASE_LISTS } from './allowed-base.ts'
import {
  DictValue,
  FORGOTTEN,
  SequenceValue,
  TupleValue,
  UNKNOWN_TEXT,
  type Use,
  type Value,
} from './value.ts'

export interface AllowedGlobals {
  useOf(module: string, name: string): Use
  /** What the memo of a very large pickle keeps: text that may be part of an allowed name, and objects. */
  condense(value: Value): Value
}

const STRENGTH: Readonly<Record<Use, number>> = { unlisted: 0, mention: 1, new: 2, call: 3 }

const parseName = (word: string): readonly [string, Use] => {
  if (word.endsWith('!')) return [word.slice(0, -1), 'call']
  return word.endsWith('+') ? [word.slice(0, -1), 'new'] : [word, 'mention']
}

/** Python 2 names of the same modules, as CPython's _compat_pickle maps them. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['__builtin__', 'builtins'],
  ['copy_reg', 'copyreg'],
])

const createAllowedGlobals = (): AllowedGlobals => {
  const modules = new Map<string, Map<string, Use>>()
  const parts = new Set<string>(RENAMED.keys())
  const allow = (module: string, words: readonly string[]): void => {
    const names = modules.get(module) ?? new Map<string, Use>()
    modules.set(module, names)
    parts.add(module)
    for (const word of words) {
      const [name, use] = parseName(word)
      parts.add(name)
      if (STRENGTH[use] > STRENGTH[names.get(name) ?? 'unlisted']) names.set(name, use)
    }
  }
  for (const list of BASE_LISTS)
    for (const line of list.trim().split('\n')) {
      const colon = line.indexOf(':')
      allow(
        line.slice(0, colon),
        line
          .slice(colon + 1)
          .trim()
          .split(/\s+/),
      )
    }
  for (const [module, words] of Object.entries(generated as Record<string, string>))
    allow(module, words.split(' '))
  return {
    useOf: (module, name) => modules.get(RENAMED.get(module) ?? module)?.get(name) ?? 'unlisted',
    condense: (value) => {
      if (typeof value === 'string') return parts.has(value) ? value : UNKNOWN_TEXT
      const container =
        value instanceof TupleValue || value instanceof SequenceValue || value instanceof DictValue
      return container ? FORGOTTEN : value
    },
  }
}

/** Built once per process: it holds names only and never changes. */
export const allowedGlobals: AllowedGlobals = createAllowedGlobals()

/** The Python 3 name of a module that Python 2 pickles name differently. */
export const currentModuleName = (module: string): string => RENAMED.get(module) ?? module
