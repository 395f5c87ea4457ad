/** Worker thread entry: loads one model, announces it, then answers run and profile messages in order. */
import { parentPort, workerData } from 'node:worker_threads'
import { AppError, cryptoRandom, systemClock } from '@rampart/kit'
import { profileSession } from './profile-session.ts'
import { createSession, type Session, type SessionSource } from './session.ts'
import type { WorkerAnswer, WorkerQuestion } from './worker-messages.ts'

const failure = (error: unknown): { code: string; message: string } =>
  error instanceof AppError
    ? { code: error.code, message: error.message }
    : { code: 'ONNX_RUN_FAILED', message: 'the model failed' }

const threadCpuMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

const answerOne = async (
  session: Session,
  question: Exclude<WorkerQuestion, { ask: 'close' }>,
): Promise<WorkerAnswer> => {
  const { id } = question
  try {
    if (question.ask === 'run') return { id, outputs: await session.run(question.inputs) }
    const deps = { clock: systemClock, random: cryptoRandom, threadCpuMs }
    return { id, profile: await profileSession(session, question.options, deps) }
  } catch (error) {
    return { id, error: failure(error) }
  }
}

const serve = async (port: NonNullable<typeof parentPort>): Promise<void> => {
  const send = (answer: WorkerAnswer): void => port.postMessage(answer)
  let session: Session
  try {
    session = await createSession(workerData as SessionSource)
  } catch (error) {
    send({ id: 0, error: failure(error) })
    port.close()
    return
  }
  port.on('message', async (question: WorkerQuestion) => {
    if (question.ask !== 'close') return send(await answerOne(session, question))
    await session.close()
    port.close()
  })
  send({ id: 0, inspection: session.inspection })
}

if (parentPort !== null) await serve(parentPort)
