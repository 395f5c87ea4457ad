/** The engine's error text as file, line, column and message. */
import type { PolicyFault } from './checks.ts'

const PLACE = /^--> (.+):(\d+):(\d+)$/m
const TEXT = /^error: ([\s\S]*)$/m

/** Reads file, line and column out of the engine's own text (`--> FILE:LINE:COLUMN … error: TEXT`). */
export function parseEngineMessage(message: string, fallbackFile: string): PolicyFault {
  const place = PLACE.exec(message)
  const text = TEXT.exec(message)?.[1] ?? message
  return {
    file: place?.[1] ?? fallbackFile,
    line: Number(place?.[2] ?? 1),
    column: Number(place?.[3] ?? 1),
    message: text.trim(),
  }
}
