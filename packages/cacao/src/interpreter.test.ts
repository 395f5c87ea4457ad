import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  advance,
  complete,
  type Dispatch,
  type Outcome,
  type PlaybookState,
  startPlaybook,
} from './interpreter.ts'
import { playbookFaults } from './read-playbook.ts'
import type { Playbook } from './schema.ts'
import { playbookOf } from './testing-playbook.ts'

type Answer = (dispatch: Dispatch) => Outcome

/** Runs to the end, one dispatch after the other; between any two the state goes through JSON, as through a crash. */
const run = (
  playbook: Playbook,
  answer: Answer = () => ({ ok: true }),
  inputs = {},
): { names: string[]; state: PlaybookState } => {
  assert.deepEqual(playbookFaults(playbook), [])
  let state = startPlaybook(playbook, inputs)
  const names: string[] = []
  const queue: Dispatch[] = []
  const keys = new Set<string>()
  for (;;) {
    const step = advance(playbook, JSON.parse(JSON.stringify(state)) as PlaybookState)
    state = step.state
    for (const dispatch of step.dispatches) {
      assert.ok(!keys.has(dispatch.key))
      keys.add(dispatch.key)
      queue.push(dispatch)
    }
    const next = queue.shift()
    if (next === undefined) return { names, state }
    names.push(next.kind === 'wait' ? `wait ${next.delayMs}` : next.name)
    state = complete(playbook, state, next.key, answer(next))
    assert.equal(complete(playbook, state, next.key, { ok: false, reason: 'twice' }), state)
  }
}

const action = (after: string, extra = {}) => ({ type: 'action', on_completion: after, ...extra }) as const
const start = (after: string) => ({ type: 'start', on_completion: after }) as const
const end = { type: 'end' } as const

test('steps follow one another, delays are waited for, failures take their own way', () => {
  const playbook = playbookOf({
    start: start('one'),
    one: { type: 'action', delay: 50, on_success: 'two', on_failure: 'mend' },
    two: action('end'),
    mend: action('end2'),
    end,
    end2: end,
  })
  const good = run(playbook)
  assert.deepEqual(good.names, ['wait 50', 'one', 'two'])
  assert.equal(good.state.phase, 'completed')
  const bad = run(playbook, ({ kind, name }) =>
    kind === 'action' && name === 'one' ? { ok: false, reason: 'no' } : { ok: true },
  )
  assert.deepEqual(bad.names, ['wait 50', 'one', 'mend'])
  assert.equal(bad.state.phase, 'completed')
})

test('a failure that nobody handles goes to the exception handler once, and the run has failed', () => {
  const steps = {
    start: start('one'),
    one: action('end'),
    clean: action('end2'),
    end,
    end2: end,
  }
  const failing: Answer = ({ name }) => (name === 'one' ? { ok: false, reason: 'broken' } : { ok: true })
  const handled = run(playbookOf(steps, { workflow_exception: 'clean' }), failing)
  assert.deepEqual(handled.names, ['one', 'clean'])
  assert.equal(handled.state.phase, 'failed')
  assert.equal(handled.state.failure?.reason, 'broken')
  const twice = run(playbookOf(steps, { workflow_exception: 'clean' }), () => ({ ok: false, reason: 'all' }))
  assert.deepEqual(twice.names, ['one', 'clean'])
  const { clean: _, end2: __, ...bare } = steps
  assert.equal(run(playbookOf(bare), failing).state.phase, 'failed')
})

test('branches run side by side and are waited for; one that fails fails the parallel step', () => {
  const playbook = playbookOf({
    start: start('both'),
    both: { type: 'parallel', next_steps: ['a', 'b'], on_success: 'after', on_failure: 'mend' },
    a: action('a2'),
    a2: action('endA'),
    b: action('endB'),
    endA: end,
    endB: end,
    after: action('end'),
    mend: action('end3'),
    end3: end,
    end,
  })
  assert.deepEqual(run(playbook).names, ['a', 'b', 'a2', 'after'])
  const failed = run(playbook, ({ name }) => (name === 'b' ? { ok: false, reason: 'x' } : { ok: true }))
  assert.deepEqual(failed.names, ['a', 'b', 'a2', 'mend'])
  assert.equal(failed.state.phase, 'completed')
})

test('conditions, switches and loops read variables, and actions set them', () => {
  const variables = {
    __score__: { type: 'integer', value: '0' },
    __kind__: { type: 'string', external: true },
    __fixed__: { type: 'string', value: 'x', constant: true },
  }
  const playbook = playbookOf(
    {
      start: start('loop'),
      loop: {
        type: 'while-condition',
        condition: '__score__:value < 3',
        on_true: 'measure',
        on_completion: 'choose',
      },
      measure: action('endL', { out_args: ['__score__'] }),
      endL: end,
      choose: {
        type: 'switch-condition',
        switch: '__kind__:value',
        cases: { host: 'isolate', default: 'note' },
        on_completion: 'check',
      },
      isolate: action('endI'),
      endI: end,
      note: action('endN'),
      endN: end,
      check: {
        type: 'if-condition',
        condition: "__score__:value >= 3 AND NOT (__kind__:value = 'none')",
        on_true: 'tell',
        on_completion: 'end',
      },
      tell: action('endT'),
      endT: end,
      end,
    },
    { playbook_variables: variables },
  )
  let score = 0
  const counting: Answer = ({ name }) =>
    name === 'measure' ? { ok: true, outputs: { __score__: String(++score) } } : { ok: true }
  const host = run(playbook, counting, { __kind__: 'host' })
  assert.deepEqual(host.names, ['measure', 'measure', 'measure', 'isolate', 'tell'])
  score = 2
  assert.deepEqual(run(playbook, counting, { __kind__: 'none' }).names.slice(-2), ['measure', 'note'])
  const wrong = run(playbook, () => ({ ok: true, outputs: { __score__: 'many' } }), { __kind__: 'host' })
  assert.equal(wrong.state.phase, 'failed')
  assert.match(wrong.state.failure?.reason ?? '', /integer/)
  const endless = run(playbook, () => ({ ok: true }), { __kind__: 'host' })
  assert.equal(endless.names.length, 1_000)
  assert.match(endless.state.failure?.reason ?? '', /loops more than/)
  for (const [name, value] of [
    ['__fixed__', 'y'],
    ['__score__', '1'],
    ['__proto__', '1'],
  ] as const)
    assert.throws(() => startPlaybook(playbook, { [name]: value }), { code: 'CACAO_VARIABLE_INVALID' }, name)
})

test('commands carry values, and a playbook may call another', () => {
  const playbook = playbookOf(
    {
      start: start('act'),
      act: action('call', {
        step_variables: { __ttl__: { type: 'integer', value: '60' } },
        commands: [
          {
            type: 'test',
            command: 'block __host__:value',
            parameters: { ttl: '__ttl__:value', list: ['__host__:value'] },
          },
        ],
      }),
      call: {
        type: 'playbook-action',
        playbook_id: 'playbook--11111111-1111-4111-8111-111111111111',
        in_args: ['__host__'],
        on_completion: 'end',
      },
      end,
    },
    { playbook_variables: { __host__: { type: 'ipv4-addr', external: true } } },
  )
  const seen: Dispatch[] = []
  run(
    playbook,
    (dispatch) => {
      seen.push(dispatch)
      return { ok: true }
    },
    { __host__: '10.0.0.7' },
  )
  const [first, second] = seen
  assert.ok(first?.kind === 'action' && second?.kind === 'playbook')
  assert.equal(first.commands[0]?.command, 'block 10.0.0.7')
  assert.deepEqual(first.commands[0]?.parameters, { ttl: 60, list: ['10.0.0.7'] })
  assert.deepEqual(second.inputs, { __host__: '10.0.0.7' })
  assert.throws(() => startPlaybook(playbook, { __host__: 'localhost' }), { code: 'CACAO_VARIABLE_INVALID' })
  // An unset variable fails the step that reads it, not the process.
  assert.equal(run(playbook).state.phase, 'failed')
})

test('any order of answers, failures among them, comes to an end with every dispatch answered once', () => {
  const playbook = playbookOf(
    {
      start: start('fan'),
      fan: { type: 'parallel', next_steps: ['a', 'b', 'inner'], on_success: 'last', on_failure: 'mend' },
      a: { type: 'action', on_success: 'a2', on_failure: 'endA2' },
      a2: action('endA'),
      b: action('endB'),
      inner: { type: 'parallel', next_steps: ['c', 'd'], on_completion: 'endI' },
      c: action('endC'),
      d: action('endD'),
      last: action('end'),
      mend: action('endM'),
      clean: action('endX'),
      end,
      endA: end,
      endA2: end,
      endB: end,
      endC: end,
      endD: end,
      endI: end,
      endM: end,
      endX: end,
    },
    { workflow_exception: 'clean' },
  )
  assert.deepEqual(playbookFaults(playbook), [])
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), fc.infiniteStream(fc.boolean()), (picks, oks) => {
      let state = startPlaybook(playbook)
      const open: Dispatch[] = []
      for (let turn = 0; turn < 50; turn++) {
        const step = advance(playbook, state)
        state = step.state
        open.push(...step.dispatches)
        if (open.length === 0) break
        const [next] = open.splice(picks.next().value % open.length, 1)
        const outcome: Outcome = oks.next().value ? { ok: true } : { ok: false, reason: 'chance' }
        if (next !== undefined) state = complete(playbook, state, next.key, outcome)
      }
      assert.notEqual(state.phase, 'running')
      assert.deepEqual(advance(playbook, state).dispatches, [])
    }),
  )
})
