import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from './logger.ts'

const capture = () => {
  const lines: string[] = []
  const logger = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line: string) => void lines.push(line) },
  })
  return { logger, lines }
}

test('secrets are redacted, at the top and two levels down', () => {
  const { logger, lines } = capture()
  const secret = 'hunter2'
  logger.info(
    {
      password: secret,
      token: secret,
      req: { headers: { authorization: secret, cookie: secret, 'set-cookie': secret } },
    },
    'x',
  )
  logger.info(
    {
      config: { apiKey: secret, clientSecret: secret },
      inputs: [secret],
      body: { inputs: secret, prompt: secret },
    },
    'x',
  )
  logger.child({ secret }).warn({ id: 7 }, 'x')
  assert.equal(lines.join('').includes(secret), false)
  assert.equal(lines.length, 3)
})

test('control characters of an attacker stay inside the JSON', () => {
  const { logger, lines } = capture()
  logger.info({ name: 'a\n{"level":"error"}\u001b[2J\u0000' }, 'model\u001b[31m.registered')
  assert.equal(lines.length, 1)
  assert.equal(
    [...(lines[0] ?? '').trimEnd()].some((char) => char < ' '),
    false,
  )
  assert.equal(JSON.parse(lines[0] ?? '').name, 'a\n{"level":"error"}\u001b[2J\u0000')
})

test('lines carry event name, level in words, RFC 3339 time and the error with its cause', () => {
  const { logger, lines } = capture()
  logger.debug('below the level')
  logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'thing.failed')
  const line = JSON.parse(lines[0] ?? '')
  assert.deepEqual([lines.length, line.level, line.msg, line.name], [1, 'error', 'thing.failed', 'test'])
  assert.match(line.time, /^\d{4}-\d\d-\d\dT.*Z$/)
  assert.match(line.err.message, /outer.*inner/)
})

test('an error says what happened, not what it was holding', () => {
  const { logger, lines } = capture()
  const held = { client: { secretKey: 4711, connectionParameters: { pass: 'hunter2' } } }
  logger.warn({ err: Object.assign(new Error('gone'), { code: '57P01', ...held }) }, 'x')
  logger.warn(
    { err: new AggregateError([Object.assign(new Error('one'), held), new Error('two')], 'all') },
    'x',
  )
  logger.warn({ err: 'no error' }, 'x')
  assert.doesNotMatch(lines.join(''), /hunter2|4711/)
  const [first, second, last] = lines.map((line) => JSON.parse(line))
  assert.deepEqual([first.err.type, first.err.message, first.err.code], ['Error', 'gone', '57P01'])
  assert.match(first.err.stack, /logger\.test/)
  assert.deepEqual([second.err.message, second.err.causes], ['all', ['one', 'two']])
  assert.equal(last.err, 'no error')
})
