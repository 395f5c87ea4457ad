/** node:test reporter: one line per file, failures in full at the end, and a last line `N passed, N failed`. */
import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'
import { inspect } from 'node:util'
import { root } from './files.ts'

type Tally = { passed: number; failed: number; skipped: number; ms: number }
type Failure = { readonly name: string; readonly where: string; readonly error: unknown }

const place = (file: string | undefined, line: number | undefined): string =>
  file === undefined ? '' : `${relative(root, file)}${line === undefined ? '' : `:${line}`}`

/** A failing parent only repeats its children; node marks it with this failure type. */
const isEcho = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'failureType' in error &&
  error.failureType === 'subtestsFailed'

const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? error.cause : error

const createSummary = () => {
  const files = new Map<string, Tally>()
  const failures: Failure[] = []
  const total: Tally = { passed: 0, failed: 0, skipped: 0, ms: 0 }
  const tallyOf = (file: string): Tally => {
    const known = files.get(file)
    if (known !== undefined) return known
    const fresh = { passed: 0, failed: 0, skipped: 0, ms: 0 }
    files.set(file, fresh)
    return fresh
  }
  const count = (file: string, key: 'passed' | 'failed' | 'skipped'): void => {
    tallyOf(file)[key] += 1
    total[key] += 1
  }
  return { files, failures, total, count }
}

const line = (file: string, tally: Tally, ms: number): string => {
  const mark = tally.failed > 0 ? '✖' : '✔'
  const notes = [
    `${tally.passed} passed`,
    ...(tally.failed > 0 ? [`${tally.failed} failed`] : []),
    ...(tally.skipped > 0 ? [`${tally.skipped} skipped`] : []),
  ]
  return `${mark} ${file}  ${notes.join(', ')}  ${(ms / 1000).toFixed(1)} s\n`
}

const describeFailure = ({ name, where, error }: Failure): string => {
  const text = inspect(causeOf(error), { depth: 6 }).replaceAll('\n', '\n    ')
  return `\n✖ ${name}  (${where})\n    ${text}\n`
}

const report = async function* (source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const { files, failures, total, count } = createSummary()
  const startedAt = performance.now()
  for await (const event of source) {
    if (event.type === 'test:pass' && event.data.details.type !== 'suite') {
      const { file, line: at, skip, todo, name } = event.data
      // Tests are not skipped silently here: a test that cannot run is a failure, so both are shown.
      const skipped = (skip !== undefined && skip !== false) || (todo !== undefined && todo !== false)
      count(place(file, undefined), skipped ? 'skipped' : 'passed')
      if (skipped) yield `- skipped: ${name} (${place(file, at)})\n`
    } else if (event.type === 'test:fail' && !isEcho(event.data.details.error)) {
      const { file, line: at, name, details } = event.data
      count(place(file, undefined), 'failed')
      failures.push({ name, where: place(file, at), error: details.error })
    } else if (event.type === 'test:summary' && event.data.file !== undefined) {
      const file = relative(root, event.data.file)
      yield line(file, files.get(file) ?? { passed: 0, failed: 0, skipped: 0, ms: 0 }, event.data.duration_ms)
    } else if (event.type === 'test:stderr') {
      yield event.data.message
    }
  }
  for (const failure of failures) yield describeFailure(failure)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  yield `\n${files.size} files in ${seconds} s${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`
  yield `${total.passed} passed, ${total.failed} failed\n`
}

// node:test loads a reporter by its default export.
// biome-ignore lint/style/noDefaultExport: the loader's contract
export default report
