/** An incident's ledger in one paragraph, for whoever opens it at night. Pure. */
import type { Ledger } from '../correlation/ledger.ts'

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`

/** 20 decibans are odds of 100 to 1. */
const odds = (decibans: number): string => {
  const factor = 10 ** (Math.min(decibans, 90) / 10)
  const digits = factor >= 100 ? 10 ** Math.floor(Math.log10(factor) - 1) : 1
  return `${(Math.round(factor / digits) * digits).toLocaleString('en-GB')} to 1`
}

const minutes = (from: string, to: string): string => {
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000)
  if (seconds < 120) return plural(seconds, 'second')
  return seconds < 7200
    ? plural(Math.round(seconds / 60), 'minute')
    : plural(Math.round(seconds / 3600), 'hour')
}

export const summarise = (
  incident: { readonly signals: number; readonly firstTime: string; readonly lastTime: string },
  ledger: Ledger,
): string => {
  const { contributions, groups, sources, score, severity } = ledger
  const [strongest] = contributions
  if (strongest === undefined) return 'No signals are kept of this incident.'
  const rules = new Set(contributions.map(({ rule }) => rule)).size
  const about = new Set(contributions.map(({ entity }) => `${entity.kind} ${entity.id}`))
  const named = [...about].slice(0, 3).join(', ') + (about.size > 3 ? ` and ${about.size - 3} more` : '')
  const parts = [
    `${plural(incident.signals, 'signal')} of ${plural(rules, 'detector')} within ${minutes(incident.firstTime, incident.lastTime)} concern ${named}.`,
    `The strongest is "${strongest.title}" (${strongest.rule}), worth ${strongest.decibans.toFixed(1)} decibans.`,
    `${plural(groups.length, 'independent group')} of evidence together give ${score.toFixed(1)} decibans, odds raised about ${odds(score)}: severity ${severity}.`,
  ]
  const capped = sources.filter(({ decibans, uncapped }) => uncapped > decibans).map(({ source }) => source)
  if (capped.length > 0) parts.push(`What ${capped.join(', ')} says was capped.`)
  const uncounted = contributions.filter(({ counted }) => !counted).length
  if (uncounted > 0)
    parts.push(`${plural(uncounted, 'further report')} of loud detectors did not raise the score.`)
  return parts.join(' ')
}
