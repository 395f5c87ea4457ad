/** Opcodes that import, call or set state: what the allowlist decides about. Source: CPython Modules/_pickle.c. */
import { MalformedError } from '../byte-stream.ts'
import { quoted } from '../scan-context.ts'
import { currentModuleName } from './allowed-globals.ts'
import { refusalOf } from './call-rules.ts'
import { isDangerousGlobal } from './dangerous-globals.ts'
import { i32, type Opcode, u8, u16, u64 } from './data-opcodes.ts'
import type { PickleMachine } from './machine.ts'
import {
  DictValue,
  FORGOTTEN,
  GlobalValue,
  InstanceValue,
  isTainted,
  OPAQUE,
  SequenceValue,
  TupleValue,
  type Value,
} from './value.ts'

const MAX_NAME_LINE = 1 << 12

const callableMakers = new Set(['functools.partial', 'operator.itemgetter', '_operator.itemgetter'])

const resolve = (machine: PickleMachine, writtenModule: string, name: string): GlobalValue => {
  const module = currentModuleName(writtenModule)
  const use = machine.dialect.allowed.useOf(module, name)
  const found = new GlobalValue(module, name, use)
  if (use === 'unlisted') {
    const label = quoted(`${writtenModule}.${name}`)
    if (isDangerousGlobal(module, name)) machine.report('pickle-dangerous-global', `imports ${label}`)
    else machine.report('pickle-unknown-global', `imports ${label}, which is not on the allowlist`)
  }
  return found
}

const globalLine: Opcode = (machine) => {
  const module = machine.cursor.line(MAX_NAME_LINE).toString('latin1')
  const name = machine.cursor.line(MAX_NAME_LINE).toString('latin1')
  machine.push(resolve(machine, module, name))
}

const stackGlobal: Opcode = (machine) => {
  const name = machine.pop()
  const module = machine.pop()
  if (typeof name === 'string' && typeof module === 'string') {
    machine.push(resolve(machine, module, name))
    return
  }
  const known = [module, name].filter((part) => typeof part === 'string').join('.')
  machine.report(
    'pickle-dynamic-global',
    `imports a name that the file computes${known === '' ? '' : ` (known part ${quoted(known)})`}`,
  )
  machine.push(new GlobalValue('?', '?', 'unlisted'))
}

const argumentsOf = (args: Value): readonly Value[] => (args instanceof TupleValue ? args.items : [])

const judgeCall = (machine: PickleMachine, callee: Value, args: Value, made: boolean): void => {
  if (callee instanceof InstanceValue) {
    machine.report('pickle-computed-call', `calls the result of ${callee.of?.label ?? 'another call'}`)
    return
  }
  if (!(callee instanceof GlobalValue)) {
    machine.report('pickle-malformed', 'calls something that is not callable')
    return
  }
  // Naming an unlisted callable was reported when it was imported.
  if (callee.use === 'unlisted') return
  if (callee.use === 'mention' || (callee.use === 'new' && !made)) {
    machine.report('pickle-disallowed-call', `calls ${callee.label}, which may only be mentioned`)
    return
  }
  if (!(args instanceof TupleValue)) {
    machine.report('pickle-disallowed-call', `calls ${callee.label} with computed arguments`)
    return
  }
  const refusal = refusalOf(callee, argumentsOf(args))
  if (refusal !== undefined) machine.report('pickle-disallowed-call', `calls ${callee.label}: ${refusal}`)
}

/** What a call leaves on the stack; `copyreg` functions leave an instance of their first argument. */
const resultOf = (callee: Value, args: Value): InstanceValue => {
  const of = callee instanceof GlobalValue ? callee : undefined
  const [first] = argumentsOf(args)
  const made = of?.module === 'copyreg' && first instanceof GlobalValue ? first : of
  const kept = of?.name === 'dtype' ? args : null
  return new InstanceValue(made, kept, callableMakers.has(of?.label ?? '') || isTainted(args))
}

const reduce: Opcode = (machine) => {
  const args = machine.pop()
  const callee = machine.pop()
  judgeCall(machine, callee, args, false)
  machine.push(resultOf(callee, args))
}

const newobj: Opcode = (machine) => {
  const args = machine.pop()
  const cls = machine.pop()
  judgeCall(machine, cls, args, true)
  machine.push(resultOf(cls, args))
}

const newobjEx: Opcode = (machine) => {
  const named = machine.pop()
  const args = machine.pop()
  const cls = machine.pop()
  judgeCall(machine, cls, args, true)
  if (!(named instanceof DictValue))
    machine.report('pickle-disallowed-call', 'makes an object with computed arguments')
  machine.push(resultOf(cls, args))
}

const callWith = (machine: PickleMachine, callee: Value, items: Value[]): void => {
  machine.tuple(items)
  const args = machine.pop()
  // Without arguments an old-style class is made without calling it; with them it is called.
  judgeCall(machine, callee, args, items.length === 0)
  machine.push(resultOf(callee, args))
}

const inst: Opcode = (machine) => {
  const module = machine.cursor.line(MAX_NAME_LINE).toString('latin1')
  const name = machine.cursor.line(MAX_NAME_LINE).toString('latin1')
  const callee = resolve(machine, module, name)
  callWith(machine, callee, machine.popToMark())
}

const obj: Opcode = (machine) => {
  const [callee, ...args] = machine.popToMark()
  if (callee === undefined) throw new MalformedError('OBJ without a class')
  callWith(machine, callee, args)
}

/** Their state is read by NumPy, which calls nothing. */
const isArrayPart = ({ of }: InstanceValue): boolean => of?.module.startsWith('numpy') === true

/** Looks into tuples, each of them once: a few bytes can nest equal tuples into exponentially many places. */
const someInside = (state: Value, test: (value: Value) => boolean): boolean => {
  const seen = new Set<Value>()
  const waiting: Value[] = [state]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (!(value instanceof TupleValue)) {
      if (test(value)) return true
    } else if (!seen.has(value)) {
      seen.add(value)
      waiting.push(...value.items)
    }
  }
  return false
}

const isForgotten = (state: Value): boolean => someInside(state, (value) => value === FORGOTTEN)

const isHooked = (state: Value): boolean =>
  someInside(state, (value) => value instanceof DictValue && value.hooked && value !== FORGOTTEN)

const MAPPINGS = new Set([
  'dict',
  'OrderedDict',
  'defaultdict',
  'Counter',
  'Bunch',
  'AttributeDict',
  'OptimizeResult',
])

/** A mapping made by a call can hide names from us; the default way of setting state would copy them. */
const isHidden = (state: Value): boolean => {
  const hides = (value: Value): boolean =>
    value instanceof InstanceValue && value.tainted && (value.of === undefined || MAPPINGS.has(value.of.name))
  // The default way takes a mapping, or a pair of mappings.
  return state instanceof TupleValue ? state.length === 2 && state.items.some(hides) : hides(state)
}

const build: Opcode = (machine) => {
  const state = machine.pop()
  const target = machine.top()
  if (target instanceof GlobalValue)
    machine.report('pickle-class-tampering', `changes attributes of ${target.label} itself`)
  else if (isForgotten(state) && !(target instanceof InstanceValue && isArrayPart(target)))
    machine.report('pickle-limit', 'sets a state that was written too far back to be remembered')
  else if (isHooked(state))
    machine.report(
      'pickle-attribute-hook',
      'stores a callable under a name that the loader looks up and calls',
    )
  else if (isHidden(state))
    machine.report('pickle-disallowed-call', 'sets a state that is computed and holds callables')
  if (target instanceof InstanceValue) {
    if (target.of?.name === 'dtype' || target.of?.name === 'NumpyArrayWrapper') target.state = state
    if (isTainted(state)) target.tainted = true
    machine.hooks.built(target, machine)
  }
}

const extension =
  (read: (machine: PickleMachine) => number): Opcode =>
  (machine) => {
    const code = read(machine)
    if (code <= 0) throw new MalformedError('an extension code is not positive')
    machine.report('pickle-extension', `imports extension ${code} of the loader’s registry`)
    machine.push(new GlobalValue('?', `extension ${code}`, 'unlisted'))
  }

const persistent = (machine: PickleMachine, id: Value): void => {
  const storage =
    machine.dialect.persistentIds === 'torch' &&
    id instanceof TupleValue &&
    id.items[0] === 'storage' &&
    id.items[1] instanceof GlobalValue
  if (storage) machine.hooks.storage?.(id.items)
  else machine.report('pickle-persistent-id', 'asks the loader for an object by a persistent id')
  machine.push(OPAQUE)
}

const proto: Opcode = (machine) => {
  const protocol = u8(machine.cursor)
  if (protocol > 5) throw new MalformedError(`protocol ${protocol} does not exist`)
  machine.protocol = protocol
}

const outOfBand: Opcode = (machine) => {
  machine.report('pickle-out-of-band', 'needs a buffer that is kept outside of the file')
  machine.push(new SequenceValue())
}

const code = (character: string): number => character.charCodeAt(0)

export const CALL_OPCODES: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  [code('c'), globalLine],
  [0x93, stackGlobal],
  [code('R'), reduce],
  [0x81, newobj],
  [0x92, newobjEx],
  [code('i'), inst],
  [code('o'), obj],
  [code('b'), build],
  [0x82, extension(({ cursor }) => u8(cursor))],
  [0x83, extension(({ cursor }) => u16(cursor))],
  [0x84, extension(({ cursor }) => i32(cursor))],
  [
    code('P'),
    (m) => {
      m.cursor.line(MAX_NAME_LINE)
      persistent(m, OPAQUE)
    },
  ],
  [code('Q'), (m) => persistent(m, m.pop())],
  [0x80, proto],
  [0x95, (m) => void u64(m.cursor)],
  [0x97, outOfBand],
  [0x98, (m) => void m.top()],
  [
    code('.'),
    (m) => {
      m.result = m.pop()
      m.stopped = true
    },
  ],
])
