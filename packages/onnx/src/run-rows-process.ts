/** Child process entry: loads one model and runs rows sent by its parent, one row per run. May die at any time. */

import { readRecord, tensorValue } from '@rampart/codecs'
import { AppError, systemClock } from '@rampart/kit'
import type { RowResult, RowsAnswer, RowsQuestion } from './run-rows.ts'
import { createSession, type Session } from './session.ts'

const failure = (error: unknown): { code: string; message: string } =>
  error instanceof AppError
    ? { code: error.code, message: error.message }
    : { code: 'ONNX_RUN_FAILED', message: 'the model failed' }

const runRow = async (session: Session, row: unknown): Promise<RowResult> => {
  const { tensors } = readRecord(row, session.inspection.signature)
  const from = systemClock.monotonic()
  const results = await session.run(tensors)
  const millis = systemClock.monotonic() - from
  const outputs = Object.fromEntries(
    results.map((tensor) => [
      tensor.name,
      Array.from({ length: tensor.data.length }, (_, index) => tensorValue(tensor, index)),
    ]),
  )
  return { outputs, millis }
}

const answer = async (session: Session, rows: readonly unknown[]): Promise<RowsAnswer> => {
  const results: RowResult[] = []
  for (const [index, row] of rows.entries()) {
    try {
      results.push(await runRow(session, row))
    } catch (error) {
      const { code, message } = failure(error)
      return { error: { code, message: `row ${index}: ${message}` }, results }
    }
  }
  return { results }
}

const main = (): void => {
  const send = (message: RowsAnswer): void => void process.send?.(message)
  let session: Session | undefined
  process.on('disconnect', () => process.exit(0))
  process.on('message', async (question: RowsQuestion) => {
    if (question.ask === 'rows' && session !== undefined) return send(await answer(session, question.rows))
    if (question.ask !== 'load') return
    try {
      const from = systemClock.monotonic()
      session = await createSession(question.source)
      send({ inspection: session.inspection, millis: systemClock.monotonic() - from })
    } catch (error) {
      send({ error: failure(error) })
    }
  })
}

main()
