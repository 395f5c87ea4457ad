/**
 * The workflow as a pure machine over plain JSON (CACAO v2.0 section 4): `advance` walks every thread as far as it gets
 * without the world and says what is to be done; `complete` takes in how that ended. Who runs it keeps the state, so a
 * run goes on after a crash exactly where it was. Waiting, time limits, persons and effects are the runner's.
 */
import { evaluateCondition, parseCondition } from './condition.ts'
import { cacaoErrors } from './errors.ts'
import type { AgentTarget, Command, Playbook, Step, StepOf } from './schema.ts'
import {
  assign,
  checkValue,
  initialValues,
  readVariable,
  type Scope,
  substitute,
  type Values,
} from './variables.ts'

export type Thread = {
  readonly id: number
  /** The thread that waits at a parallel step for this one. */
  readonly parent?: number
  readonly at: string
  /** `waited`: the step's delay is over. `waiting`, `asked`: dispatched under `key` and not yet completed. */
  readonly phase: 'ready' | 'waiting' | 'waited' | 'asked' | 'joining' | 'done' | 'failed'
  readonly key?: string
  /** Steps in whose branch the thread is, the innermost last. */
  readonly frames: readonly string[]
}

/**
 * Grows when a state that an earlier release wrote would be read otherwise: runs are never carried on by another number.
 */
export const INTERPRETER = 1

export type PlaybookState = {
  readonly phase: 'running' | 'completed' | 'failed'
  readonly values: Values
  readonly threads: readonly Thread[]
  /** Steps entered so far; numbers the dispatches too. */
  readonly steps: number
  readonly loops: Readonly<Record<string, number>>
  /** True from when the exception handler was entered. */
  readonly exception: boolean
  readonly failure?: { readonly step: string; readonly reason: string }
}

export type Dispatch = {
  /** Unique in the run: the same dispatch has the same key after a crash. */
  readonly key: string
  readonly thread: number
  readonly step: string
  readonly name: string
  readonly timeoutMs?: number
} & (
  | { readonly kind: 'wait'; readonly delayMs: number }
  | {
      readonly kind: 'action'
      /** In order; variables are filled in. */
      readonly commands: readonly Command[]
      readonly agent: AgentTarget
      readonly targets: readonly AgentTarget[]
      readonly outArguments: readonly string[]
    }
  | {
      readonly kind: 'playbook'
      readonly playbookId: string
      readonly playbookVersion?: string
      readonly inputs: Values
      readonly outArguments: readonly string[]
    }
)

export type Outcome =
  | { readonly ok: true; readonly outputs?: Values }
  | { readonly ok: false; readonly reason: string }

export const LIMITS = { steps: 10_000, loops: 1_000, threads: 256 } as const

type Draft = {
  phase: PlaybookState['phase']
  values: Values
  threads: Map<number, Thread>
  steps: number
  loops: Record<string, number>
  exception: boolean
  failure: PlaybookState['failure']
}

const open = (state: PlaybookState): Draft => ({
  ...state,
  threads: new Map(state.threads.map((thread) => [thread.id, thread])),
  loops: { ...state.loops },
  failure: state.failure,
})

const close = ({ failure, ...draft }: Draft): PlaybookState => ({
  ...draft,
  threads: [...draft.threads.values()],
  ...(failure === undefined ? {} : { failure }),
})

const stepOf = (playbook: Playbook, id: string): Step => {
  const step = Object.hasOwn(playbook.workflow, id) ? playbook.workflow[id] : undefined
  // A state of another version of the playbook can name what is not there any more.
  if (step === undefined) throw cacaoErrors.CACAO_INVALID(`the playbook has no step ${id}`)
  return step
}

const scopeOf = (playbook: Playbook, step: Step, values: Values): Scope => ({
  playbook: playbook.playbook_variables ?? {},
  step: step.step_variables ?? {},
  values: { ...values, ...initialValues(step.step_variables) },
})

/** The first state. `inputs` are values of variables marked external; throws CACAO_VARIABLE_INVALID. */
export const startPlaybook = (playbook: Playbook, inputs: Values = {}): PlaybookState => {
  const declared = playbook.playbook_variables ?? {}
  const values: Record<string, string> = { ...initialValues(declared) }
  for (const [name, value] of Object.entries(inputs)) {
    const variable = Object.hasOwn(declared, name) ? declared[name] : undefined
    if (variable?.external !== true)
      throw cacaoErrors.CACAO_VARIABLE_INVALID(`${name} is not a variable that comes from outside`)
    checkValue(name, variable, value)
    values[name] = value
  }
  const first: Thread = { id: 0, at: playbook.workflow_start, phase: 'ready', frames: [] }
  return { phase: 'running', values, threads: [first], steps: 0, loops: {}, exception: false }
}

const go = (draft: Draft, thread: Thread, at: string): void => {
  draft.threads.set(thread.id, { ...thread, at, phase: 'ready' })
}

/** A branch has come to its end: back to the step that opened it, or the end of the thread. */
const endThread = (playbook: Playbook, draft: Draft, thread: Thread): void => {
  const frame = thread.frames.at(-1)
  if (frame === undefined) {
    draft.threads.set(thread.id, { ...thread, phase: 'done' })
    return
  }
  const back = { ...thread, frames: thread.frames.slice(0, -1) }
  const step = stepOf(playbook, frame)
  // The loop asks its condition again.
  if (step.type === 'while-condition') go(draft, back, frame)
  else leave(playbook, draft, { ...back, at: frame }, step)
}

/** The step succeeded: on to what follows it. */
const leave = (playbook: Playbook, draft: Draft, thread: Thread, step: Step): void => {
  const next = step.on_completion ?? step.on_success
  if (next === undefined) endThread(playbook, draft, thread)
  else go(draft, thread, next)
}

/**
 * The step failed: its own handler, else the parallel step its thread belongs to fails, else the playbook's exception
 * handler, once, with every other thread given up.
 */
const fail = (playbook: Playbook, draft: Draft, thread: Thread, reason: string): void => {
  const step = stepOf(playbook, thread.at)
  if (step.on_failure !== undefined) return go(draft, thread, step.on_failure)
  draft.threads.set(thread.id, { ...thread, phase: 'failed' })
  const parent = thread.parent === undefined ? undefined : draft.threads.get(thread.parent)
  if (parent !== undefined) return
  draft.failure = { step: thread.at, reason: reason.slice(0, 1000) }
  const handler = playbook.workflow_exception
  if (handler === undefined || draft.exception) {
    draft.phase = 'failed'
    return
  }
  draft.exception = true
  const id = Math.max(...draft.threads.keys()) + 1
  for (const other of draft.threads.values())
    if (other.phase !== 'done') draft.threads.set(other.id, { ...other, phase: 'failed' })
  draft.threads.set(id, { id, at: handler, phase: 'ready', frames: [] })
}

const fork = (draft: Draft, thread: Thread, step: StepOf<'parallel'>): void => {
  if (draft.threads.size + step.next_steps.length > LIMITS.threads)
    throw cacaoErrors.CACAO_LIMIT(`more than ${LIMITS.threads} threads`)
  let id = Math.max(...draft.threads.keys())
  for (const at of step.next_steps) {
    id++
    draft.threads.set(id, { id, parent: thread.id, at, phase: 'ready', frames: [] })
  }
  draft.threads.set(thread.id, { ...thread, phase: 'joining' })
}

const branch = (draft: Draft, thread: Thread, at: string): void =>
  go(draft, { ...thread, frames: [...thread.frames, thread.at] }, at)

const loop = (
  playbook: Playbook,
  draft: Draft,
  thread: Thread,
  step: StepOf<'while-condition'>,
  holds: boolean,
): void => {
  if (!holds) return leave(playbook, draft, thread, step)
  const count = (draft.loops[thread.at] ?? 0) + 1
  if (count > LIMITS.loops)
    throw cacaoErrors.CACAO_LIMIT(`${thread.at} loops more than ${LIMITS.loops} times`)
  draft.loops[thread.at] = count
  branch(draft, thread, step.on_true)
}

/** Steps that need nothing of the world. */
const walk = (playbook: Playbook, draft: Draft, thread: Thread, step: Step): void => {
  const scope = scopeOf(playbook, step, draft.values)
  const read = (name: string): string => readVariable(scope, name)
  switch (step.type) {
    case 'start':
      return leave(playbook, draft, thread, step)
    case 'end':
      return endThread(playbook, draft, thread)
    case 'parallel':
      return fork(draft, thread, step)
    case 'if-condition': {
      const at = evaluateCondition(parseCondition(step.condition), read) ? step.on_true : step.on_false
      return at === undefined ? leave(playbook, draft, thread, step) : branch(draft, thread, at)
    }
    case 'while-condition':
      return loop(playbook, draft, thread, step, evaluateCondition(parseCondition(step.condition), read))
    case 'switch-condition': {
      const value = String(substitute(step.switch, scope))
      const at = Object.hasOwn(step.cases, value) ? step.cases[value] : step.cases.default
      return at === undefined ? leave(playbook, draft, thread, step) : branch(draft, thread, at)
    }
    default:
      throw cacaoErrors.CACAO_INVALID(`${step.type} is not walked`)
  }
}

const defined = (agents: Readonly<Record<string, AgentTarget>> | undefined, id: string): AgentTarget => {
  const found = agents !== undefined && Object.hasOwn(agents, id) ? agents[id] : undefined
  if (found === undefined) throw cacaoErrors.CACAO_INVALID(`there is no agent or target ${id}`)
  return found
}

const addressOf = (draft: Draft, thread: Thread, step: Step) => ({
  key: `${draft.steps}/${thread.id}/${thread.at}`,
  thread: thread.id,
  step: thread.at,
  name: step.name ?? thread.at,
})

const dispatchOf = (playbook: Playbook, draft: Draft, thread: Thread, step: Step): Dispatch => {
  const base = {
    ...addressOf(draft, thread, step),
    ...(step.timeout === undefined || step.timeout === 0 ? {} : { timeoutMs: step.timeout }),
  }
  const scope = scopeOf(playbook, step, draft.values)
  if (step.type === 'action')
    return {
      ...base,
      kind: 'action',
      commands: substitute(step.commands, scope) as readonly Command[],
      agent: substitute(defined(playbook.agent_definitions, step.agent), scope) as AgentTarget,
      targets: (step.targets ?? []).map(
        (id) => substitute(defined(playbook.target_definitions, id), scope) as AgentTarget,
      ),
      outArguments: step.out_args ?? [],
    }
  if (step.type !== 'playbook-action') throw cacaoErrors.CACAO_INVALID(`${step.type} is not dispatched`)
  return {
    ...base,
    kind: 'playbook',
    playbookId: step.playbook_id,
    ...(step.playbook_version === undefined ? {} : { playbookVersion: step.playbook_version }),
    inputs: Object.fromEntries((step.in_args ?? []).map((name) => [name, readVariable(scope, name)])),
    outArguments: step.out_args ?? [],
  }
}

/** Threads whose branches have all ended go on; a branch that failed fails the parallel step. */
const join = (playbook: Playbook, draft: Draft, thread: Thread): boolean => {
  const children = [...draft.threads.values()].filter(({ parent }) => parent === thread.id)
  if (children.some(({ phase }) => phase !== 'done' && phase !== 'failed')) return false
  for (const { id } of children) draft.threads.delete(id)
  const back = { ...thread, phase: 'ready' } as const
  if (children.some(({ phase }) => phase === 'failed')) fail(playbook, draft, back, 'a branch failed')
  else leave(playbook, draft, back, stepOf(playbook, thread.at))
  return true
}

const enter = (playbook: Playbook, draft: Draft, thread: Thread): Dispatch | undefined => {
  draft.steps++
  if (draft.steps > LIMITS.steps) throw cacaoErrors.CACAO_LIMIT(`more than ${LIMITS.steps} steps`)
  const step = stepOf(playbook, thread.at)
  if (thread.phase === 'ready' && step.delay !== undefined && step.delay > 0) {
    const address = addressOf(draft, thread, step)
    draft.threads.set(thread.id, { ...thread, phase: 'waiting', key: address.key })
    return { kind: 'wait', ...address, delayMs: step.delay }
  }
  if (step.type !== 'action' && step.type !== 'playbook-action') {
    walk(playbook, draft, thread, step)
    return undefined
  }
  const dispatch = dispatchOf(playbook, draft, thread, step)
  draft.threads.set(thread.id, { ...thread, phase: 'asked', key: dispatch.key })
  return dispatch
}

const isOwn = (error: unknown): error is Error & { readonly code: unknown } =>
  error instanceof Error && 'code' in error

/** One move of one thread that can move, or false. */
const moveOne = (playbook: Playbook, draft: Draft, dispatches: Dispatch[]): boolean => {
  for (const thread of draft.threads.values()) {
    if (thread.phase === 'joining' && join(playbook, draft, thread)) return true
    if (thread.phase !== 'ready' && thread.phase !== 'waited') continue
    try {
      const dispatch = enter(playbook, draft, thread)
      if (dispatch !== undefined) dispatches.push(dispatch)
    } catch (error) {
      if (!isOwn(error)) throw error
      if (error.code === 'CACAO_LIMIT') {
        draft.phase = 'failed'
        draft.failure = { step: thread.at, reason: error.message }
      } else fail(playbook, draft, thread, error.message)
    }
    return true
  }
  return false
}

/** As far as every thread gets by itself, and what is to be done now. Nothing is dispatched twice. */
export const advance = (
  playbook: Playbook,
  state: PlaybookState,
): { readonly state: PlaybookState; readonly dispatches: readonly Dispatch[] } => {
  const draft = open(state)
  const dispatches: Dispatch[] = []
  while (draft.phase === 'running' && moveOne(playbook, draft, dispatches));
  const threads = [...draft.threads.values()]
  if (draft.phase === 'running' && threads.every(({ phase }) => phase === 'done' || phase === 'failed'))
    draft.phase = draft.failure === undefined ? 'completed' : 'failed'
  // What a failed run had asked for is not taken back here; nothing new is.
  return { state: close(draft), dispatches: draft.phase === 'failed' ? [] : dispatches }
}

const takeOutputs = (playbook: Playbook, draft: Draft, step: Step, outputs: Values): void => {
  const wanted = step.type === 'action' || step.type === 'playbook-action' ? (step.out_args ?? []) : []
  const scope = scopeOf(playbook, step, draft.values)
  for (const name of wanted) {
    const value = Object.hasOwn(outputs, name) ? outputs[name] : undefined
    if (value !== undefined) draft.values = assign(scope, draft.values, name, value)
  }
}

/** How a dispatch ended. One that is not awaited, late or repeated, changes nothing. */
export const complete = (
  playbook: Playbook,
  state: PlaybookState,
  key: string,
  outcome: Outcome,
): PlaybookState => {
  const draft = open(state)
  const thread = state.threads.find((one) => one.key === key)
  if (draft.phase !== 'running' || thread === undefined) return state
  if (thread.phase !== 'asked' && thread.phase !== 'waiting') return state
  const { key: _, ...bare } = thread
  const step = stepOf(playbook, thread.at)
  if (!outcome.ok) fail(playbook, draft, bare, outcome.reason)
  else if (thread.phase === 'waiting') draft.threads.set(thread.id, { ...bare, phase: 'waited' })
  else
    try {
      takeOutputs(playbook, draft, step, outcome.outputs ?? {})
      leave(playbook, draft, bare, step)
    } catch (error) {
      if (!isOwn(error)) throw error
      fail(playbook, draft, bare, error.message)
    }
  return close(draft)
}
