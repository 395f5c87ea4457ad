/** Playbooks for tests, written by step names instead of ids. */
import type { Playbook, Step } from './schema.ts'

/** The same id for the same name, in the form the specification asks for. */
export const idFor = (type: string, name: string): string => {
  const hex = [...name].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 0xffffffff, 7).toString(16)
  return `${type}--${hex.padStart(8, '0')}-0000-4000-8000-000000000000`
}

type Draft = { readonly type: Step['type'] } & Readonly<Record<string, unknown>>

const LINKS = ['on_completion', 'on_success', 'on_failure', 'on_true', 'on_false']

/** Steps by name; links name steps. An action without commands gets one that says its name. */
export const playbookOf = (
  steps: Readonly<Record<string, Draft>>,
  extra: Readonly<Record<string, unknown>> = {},
): Playbook => {
  const id = (name: unknown): string => idFor(steps[String(name)]?.type ?? 'action', String(name))
  const agent = idFor('http-api', 'agent')
  const workflow = Object.fromEntries(
    Object.entries(steps).map(([name, step]) => {
      const linked = Object.fromEntries(
        Object.entries(step).map(([key, value]) => {
          if (LINKS.includes(key)) return [key, id(value)]
          if (key === 'next_steps') return [key, (value as string[]).map(id)]
          if (key === 'cases')
            return [key, Object.fromEntries(Object.entries(value as object).map(([k, v]) => [k, id(v)]))]
          return [key, value]
        }),
      )
      const body = step.type === 'action' ? { commands: [{ type: 'test', command: name }], agent } : {}
      return [id(name), { name, ...body, ...linked }]
    }),
  )
  const { workflow_exception: exception, ...rest } = extra
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: idFor('playbook', 'test'),
    name: 'test',
    created_by: idFor('identity', 'test'),
    created: '2026-11-23T10:00:00.000Z',
    modified: '2026-11-23T10:00:00.000Z',
    workflow_start: id('start'),
    workflow,
    agent_definitions: { [agent]: { type: 'http-api', name: 'agent' } },
    ...(exception === undefined ? {} : { workflow_exception: id(exception) }),
    ...rest,
  } as unknown as Playbook
}
