/** Asks the Parquet process: starts it when there is work, ends it when there was none for a while, and survives its death. */
import { type ChildProcess, fork } from 'node:child_process'
import { resolveWorker } from '@rampart/kit'
import { inferenceLogErrors } from './errors.ts'
import type { ParquetAnswer, ParquetQuestion, ParquetResults, ParquetTasks } from './parquet-process.ts'

export type ParquetWorker = {
  /** Throws INFERENCE_LOG_WORKER when the process died or took too long; the same task may be asked again. */
  ask<Name extends keyof ParquetTasks>(name: Name, task: ParquetTasks[Name]): Promise<ParquetResults[Name]>
  stop(): Promise<void>
}

type Waiting = {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

type Running = { readonly child: ChildProcess; readonly waiting: Map<number, Waiting> }

export const createParquetWorker = (options: {
  /** Folder for what does not fit in memory. */
  readonly spillFolder: string
  readonly memoryMb: number
  readonly taskTimeoutMs: number
  readonly idleMs: number
}): ParquetWorker => {
  let running: Running | undefined
  let idle: NodeJS.Timeout | undefined
  let next = 1

  const start = (): Running => {
    const child = fork(
      resolveWorker(import.meta.url, './parquet-process.ts'),
      [options.spillFolder, String(options.memoryMb)],
      {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC' },
        execArgv: [],
      },
    )
    const waiting = new Map<number, Waiting>()
    const fail = (why: string): void => {
      if (running?.child === child) running = undefined
      for (const { reject, timer } of waiting.values()) {
        clearTimeout(timer)
        reject(inferenceLogErrors.INFERENCE_LOG_WORKER(why))
      }
      waiting.clear()
    }
    child.on('message', (answer: ParquetAnswer) => {
      const asked = waiting.get(answer.number)
      if (asked === undefined) return
      waiting.delete(answer.number)
      clearTimeout(asked.timer)
      if (answer.error === undefined) asked.resolve(answer.result)
      else asked.reject(inferenceLogErrors.INFERENCE_LOG_WORKER(answer.error))
      if (waiting.size === 0) rest()
    })
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code, signal) => fail(`the Parquet process ended (${signal ?? `exit code ${code}`})`))
    child.unref()
    child.channel?.unref()
    return { child, waiting }
  }

  const rest = (): void => {
    clearTimeout(idle)
    idle = setTimeout(() => {
      if (running?.waiting.size === 0) end()
    }, options.idleMs)
    idle.unref()
  }

  const end = (): void => {
    running?.child.kill('SIGKILL')
    running = undefined
  }

  return {
    ask: (name, task) => {
      clearTimeout(idle)
      running ??= start()
      const { child, waiting } = running
      const number = next++
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => child.kill('SIGKILL'), options.taskTimeoutMs)
        waiting.set(number, { resolve: resolve as (value: unknown) => void, reject, timer })
        const question: ParquetQuestion = { number, name, task }
        child.send(question, (error) => {
          if (error !== null) child.kill('SIGKILL')
        })
      })
    },
    stop: async () => {
      clearTimeout(idle)
      const child = running?.child
      if (child === undefined) return
      child.ref()
      const gone = new Promise((resolve) => child.once('exit', resolve))
      end()
      await gone
    },
  }
}
