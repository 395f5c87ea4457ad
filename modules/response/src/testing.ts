/** For tests and proofs of the engine: a world of named switches that actions turn, and that counts every turn. */
import { Type } from 'typebox'
import type { Action, Json } from './action.ts'

export type World = {
  readonly read: () => Record<string, string>
  readonly write: (name: string, value: string) => void
  /** One line per effect that was carried out. */
  readonly effects: (line: string) => void
}

const nameOf = (parameters: Json): string => String(parameters.name)

const base = (world: World, name: string): Action => ({
  name,
  title: 'turn a switch',
  permission: 'route:write',
  schema: Type.Object({ name: Type.String(), fails: Type.Optional(Type.Boolean()) }),
  idempotent: true,
  probeMs: 200,
  blastRadius: async ({ parameters }) => ({
    entities: [{ kind: 'system', id: nameOf(parameters) }],
    summary: 'one switch',
  }),
  precheck: async ({ parameters }) => ({ before: world.read()[nameOf(parameters)] ?? 'off' }),
  apply: async ({ parameters, key }) => {
    if (parameters.fails === true) throw new Error('the switch is stuck')
    world.write(nameOf(parameters), 'on')
    world.effects(key)
    return undefined
  },
  probe: async ({ parameters }) => {
    const value = world.read()[nameOf(parameters)] ?? 'off'
    return { took: value === 'on' ? 'yes' : 'no', detail: `it is ${value}` }
  },
  inverse: {
    idempotent: true,
    apply: async ({ parameters, key }, { before }) => {
      world.write(nameOf(parameters), String(before))
      world.effects(key)
      return undefined
    },
    probe: async ({ parameters }, { before }) => {
      const value = world.read()[nameOf(parameters)] ?? 'off'
      return { took: value === before ? 'yes' : 'no', detail: `it is ${value}` }
    },
  },
})

/** A letter that cannot be unsent, and nobody can tell whether it was: only its own answer proves it. */
const letter = (world: World): Action => {
  const { inverse: _none, ...rest } = base(world, 'letter.send')
  return {
    ...rest,
    idempotent: false,
    apply: async ({ key }) => {
      world.effects(key)
      return { accepted: true }
    },
    probe: async (_call, _memento, result) =>
      result === undefined
        ? { took: 'unknown', detail: 'no answer was kept' }
        : { took: 'yes', detail: 'it was accepted' },
  }
}

/** Turning by one notch: not idempotent, but the probe can tell. */
const notch = (world: World): Action => ({
  ...base(world, 'notch.turn'),
  idempotent: false,
})

export const worldActions = (world: World): readonly Action[] => [
  base(world, 'switch.turn'),
  notch(world),
  letter(world),
]
