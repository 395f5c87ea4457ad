/** Walks one pickle from its first opcode to STOP. Findings stand even when the pickle breaks after them. */
import { type ByteCursor, MalformedError } from '../byte-stream.ts'
import { CALL_OPCODES } from './call-opcodes.ts'
import { DATA_OPCODES, type Opcode } from './data-opcodes.ts'
import { type PickleDialect, type PickleHooks, PickleMachine } from './machine.ts'

const OPCODES: readonly (Opcode | undefined)[] = Array.from(
  { length: 256 },
  (_empty, code) => DATA_OPCODES.get(code) ?? CALL_OPCODES.get(code),
)

const CLOCK_EVERY = 0xffff

/** Runs to STOP; throws MalformedError where CPython's unpickler would stop with an error, or would not agree with us. */
export const runMachine = (machine: PickleMachine): PickleMachine => {
  const { cursor, hooks } = machine
  for (let count = 1; !machine.stopped; count += 1) {
    if (cursor.position >= cursor.limit && !cursor.need(1))
      throw new MalformedError('the pickle ends before STOP')
    machine.at = cursor.offset
    const opcode = OPCODES[cursor.buffer[cursor.position++] as number]
    if (opcode === undefined) throw new MalformedError(`the byte at ${machine.at} is not an opcode`)
    opcode(machine)
    if ((count & CLOCK_EVERY) === 0) hooks.checkTime()
  }
  return machine
}

export const walkPickle = (cursor: ByteCursor, hooks: PickleHooks, dialect: PickleDialect): PickleMachine =>
  runMachine(new PickleMachine(cursor, hooks, dialect))
