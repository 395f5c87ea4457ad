/** What the text of the specification demands beyond the property tables, and what a run needs to end. */
import { type Condition, parseCondition, variablesOf } from './condition.ts'
import type { Playbook, Step, Variables } from './schema.ts'
import { checkValue, initialValues, referencesIn } from './variables.ts'

export type Fault = { readonly pointer: string; readonly message: string }

/** Steps that follow `step` in one thread, by the property that names them. */
export const successorsOf = (step: Step): Readonly<Record<string, string>> => {
  const next: Record<string, string> = {}
  for (const key of ['on_completion', 'on_success', 'on_failure'] as const) {
    const id = step[key]
    if (id !== undefined) next[key] = id
  }
  return next
}

/** First steps of the branches of a step; each branch ends with an `end` of its own and comes back. */
export const branchesOf = (step: Step): Readonly<Record<string, string>> => {
  switch (step.type) {
    case 'parallel':
      return Object.fromEntries(step.next_steps.map((id, index) => [`next_steps/${index}`, id]))
    case 'if-condition':
      return { on_true: step.on_true, ...(step.on_false === undefined ? {} : { on_false: step.on_false }) }
    case 'while-condition':
      return { on_true: step.on_true }
    case 'switch-condition':
      return Object.fromEntries(Object.entries(step.cases).map(([value, id]) => [`cases/${value}`, id]))
    default:
      return {}
  }
}

const typeOf = (id: string): string => id.slice(0, id.indexOf('--'))

const linkFaults = (id: string, step: Step, workflow: Playbook['workflow']): Fault[] => {
  const faults: Fault[] = []
  const add = (key: string, message: string) => faults.push({ pointer: `/workflow/${id}/${key}`, message })
  if (typeOf(id) !== step.type) add('type', `is ${step.type}, and its id says ${typeOf(id)}`)
  for (const [key, target] of Object.entries({ ...successorsOf(step), ...branchesOf(step) })) {
    if (!Object.hasOwn(workflow, target)) add(key, `there is no step ${target}`)
    else if (typeOf(target) === 'start') add(key, 'nothing leads back to the start')
  }
  const { on_completion: after, on_success: success, on_failure: failure } = step
  if (after !== undefined && (success !== undefined || failure !== undefined))
    add('on_completion', 'excludes on_success and on_failure')
  if (step.type === 'end' && (after ?? success ?? failure) !== undefined)
    add('type', 'nothing follows an end')
  if (step.type === 'start' && (success !== undefined || failure !== undefined || after === undefined))
    add('on_completion', 'a start names its next step here and nowhere else')
  if (step.type !== 'end' && after === undefined && success === undefined)
    add('on_completion', 'names no step that comes next')
  return faults
}

/** Loops are made by while-condition, which is bounded; a chain that leads into itself would never end. */
const cycleFaults = (workflow: Playbook['workflow']): Fault[] => {
  const state = new Map<string, 'open' | 'done'>()
  const faults: Fault[] = []
  const visit = (root: string): void => {
    const stack: { id: string; next: string[] }[] = []
    const enter = (id: string): void => {
      const step = workflow[id]
      if (step === undefined || state.has(id)) return
      state.set(id, 'open')
      stack.push({ id, next: [...Object.values(successorsOf(step)), ...Object.values(branchesOf(step))] })
    }
    enter(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.next.pop()
      if (next === undefined) {
        state.set(top.id, 'done')
        stack.pop()
      } else if (state.get(next) === 'open')
        faults.push({
          pointer: `/workflow/${top.id}`,
          message: `leads back to ${next}: use a while-condition`,
        })
      else enter(next)
    }
  }
  for (const id of Object.keys(workflow)) visit(id)
  return faults
}

const reachable = (playbook: Playbook): ReadonlySet<string> => {
  const seen = new Set<string>()
  const waiting = [playbook.workflow_start, playbook.workflow_exception].filter((id) => id !== undefined)
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const step = playbook.workflow[id]
    if (step === undefined || seen.has(id)) continue
    seen.add(id)
    waiting.push(...Object.values(successorsOf(step)), ...Object.values(branchesOf(step)))
  }
  return seen
}

const flowFaults = (playbook: Playbook): Fault[] => {
  const { workflow } = playbook
  const faults: Fault[] = []
  for (const key of ['workflow_start', 'workflow_exception'] as const) {
    const id = playbook[key]
    if (id !== undefined && !Object.hasOwn(workflow, id))
      faults.push({ pointer: `/${key}`, message: `there is no step ${id}` })
  }
  const types = new Set(Object.values(workflow).map(({ type }) => type))
  if (!types.has('action') && !types.has('playbook-action'))
    faults.push({ pointer: '/workflow', message: 'needs an action or playbook-action' })
  if (!types.has('end')) faults.push({ pointer: '/workflow', message: 'needs an end' })
  const seen = reachable(playbook)
  for (const id of Object.keys(workflow))
    if (!seen.has(id)) faults.push({ pointer: `/workflow/${id}`, message: 'is never reached' })
  return faults
}

const declarationFaults = (pointer: string, declared: Variables | undefined): Fault[] => {
  const faults: Fault[] = []
  for (const [name, value] of Object.entries(initialValues(declared))) {
    const variable = declared?.[name]
    try {
      if (variable !== undefined) checkValue(name, variable, value)
    } catch (error) {
      faults.push({ pointer: `${pointer}/${name}`, message: (error as Error).message })
    }
  }
  if (Object.hasOwn(declared ?? {}, '__proto__'))
    faults.push({ pointer, message: 'no variable is called __proto__' })
  return faults
}

/** The condition, or the fault that keeps it from being read. */
const readCondition = (pointer: string, text: string): Condition | Fault => {
  try {
    return parseCondition(text)
  } catch (error) {
    return { pointer, message: (error as Error).message }
  }
}

const variableFaults = (id: string, step: Step, playbook: Playbook): Fault[] => {
  const pointer = `/workflow/${id}`
  const faults = declarationFaults(`${pointer}/step_variables`, step.step_variables)
  const known = new Set([
    ...Object.keys(playbook.playbook_variables ?? {}),
    ...Object.keys(step.step_variables ?? {}),
  ])
  const used = new Set<string>()
  if (step.type === 'if-condition' || step.type === 'while-condition') {
    const read = readCondition(`${pointer}/condition`, step.condition)
    if ('pointer' in read) faults.push(read)
    else for (const name of variablesOf(read)) used.add(name)
  }
  if (step.type === 'switch-condition') for (const name of referencesIn(step.switch)) used.add(name)
  if (step.type === 'action') {
    for (const name of referencesIn(step.commands)) used.add(name)
    for (const name of [...(step.in_args ?? []), ...(step.out_args ?? [])]) used.add(name)
  }
  if (step.type === 'playbook-action')
    for (const name of [...(step.in_args ?? []), ...(step.out_args ?? [])]) used.add(name)
  for (const name of used)
    if (!known.has(name)) faults.push({ pointer, message: `the variable ${name} is not declared` })
  return faults
}

const actorFaults = (id: string, step: Step, playbook: Playbook): Fault[] => {
  if (step.type !== 'action') return []
  const faults: Fault[] = []
  if (!Object.hasOwn(playbook.agent_definitions ?? {}, step.agent))
    faults.push({ pointer: `/workflow/${id}/agent`, message: `there is no agent ${step.agent}` })
  for (const target of step.targets ?? [])
    if (!Object.hasOwn(playbook.target_definitions ?? {}, target))
      faults.push({ pointer: `/workflow/${id}/targets`, message: `there is no target ${target}` })
  return faults
}

const timeFaults = ({ created, modified, valid_from: from, valid_until: until }: Playbook): Fault[] => {
  const faults: Fault[] = []
  for (const [key, time] of Object.entries({ created, modified, valid_from: from, valid_until: until }))
    if (time !== undefined && Number.isNaN(Date.parse(time)))
      faults.push({ pointer: `/${key}`, message: 'is no time' })
  if (Date.parse(modified) < Date.parse(created))
    faults.push({ pointer: '/modified', message: 'is before created' })
  if (from !== undefined && until !== undefined && Date.parse(until) <= Date.parse(from))
    faults.push({ pointer: '/valid_until', message: 'is not after valid_from' })
  return faults
}

/** Every fault of a playbook whose shape is right; empty when it can be run. */
export const ruleFaults = (playbook: Playbook): readonly Fault[] => {
  const steps = Object.entries(playbook.workflow)
  const links = steps.flatMap(([id, step]) => linkFaults(id, step, playbook.workflow))
  return [
    ...timeFaults(playbook),
    ...links,
    ...(links.length > 0 ? [] : [...cycleFaults(playbook.workflow), ...flowFaults(playbook)]),
    ...declarationFaults('/playbook_variables', playbook.playbook_variables),
    ...steps.flatMap(([id, step]) => [
      ...variableFaults(id, step, playbook),
      ...actorFaults(id, step, playbook),
    ]),
  ]
}
