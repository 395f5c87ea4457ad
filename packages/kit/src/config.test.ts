import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { configFields, loadConfig } from './config.ts'
import { printConfig, renderConfigReference } from './config-reference.ts'

const schema = z.object({
  port: z.number().int().min(0).max(65535).meta({ env: 'PORT', description: 'Port | of HTTP' }).default(7070),
  verbose: z.boolean().default(false),
  tags: z.array(z.string()).default([]),
  token: z.string().min(8).meta({ secret: true }).optional(),
  server: z
    .object({
      graceMs: z.number().int().meta({ unit: 'ms', description: 'Wait' }).default(1000),
      databaseUrl: z.string().meta({ secret: true, env: 'DATABASE_URL' }).optional(),
    })
    .prefault({}),
  mode: z.enum(['fast', 'safe']).default('safe'),
})
const load = (
  fileText?: string,
  env: Record<string, string> = {},
  flags: Record<string, string | boolean> = {},
) => loadConfig({ schema, fileText, env, flags })
const refused = (message: RegExp) => ({ code: 'KIT_CONFIG_INVALID', message })

test('file < environment < flags, over the defaults', () => {
  assert.deepEqual(load(), { port: 7070, verbose: false, tags: [], server: { graceMs: 1000 }, mode: 'safe' })
  const file = '{"port":1,"mode":"fast","server":{"graceMs":5}}'
  assert.equal(load(file).port, 1)
  assert.equal(load(file, { PORT: '2' }).port, 2)
  const all = load(
    file,
    { PORT: '2', RAMPART_SERVER_GRACE_MS: '6', RAMPART_TAGS: 'a, b' },
    { port: '3', verbose: 'true' },
  )
  assert.deepEqual(
    [all.port, all.server.graceMs, all.tags, all.verbose, all.mode],
    [3, 6, ['a', 'b'], true, 'fast'],
  )
})

test('unknown keys and flags are errors that say what was meant', () => {
  assert.throws(
    () => load('{"prot":1}'),
    refused(/unknown configuration key "prot" \(did you mean "port"\?\)/),
  )
  assert.throws(() => load('{"server":{"gracems":1}}'), refused(/did you mean "server\.graceMs"/))
  assert.throws(
    () => load(undefined, {}, { 'server-grace': '1' }),
    refused(/did you mean "--server-grace-ms"/),
  )
  assert.throws(
    () => load('{"zzzzzzzzzz":1}'),
    (error: Error) => !error.message.includes('did you mean'),
  )
  assert.throws(() => load('{"__proto__":{"port":1}}'), refused(/unknown/))
  assert.throws(() => load('{"constructor":1}'), refused(/unknown/))
})

test('values that do not fit name their key', () => {
  for (const [env, pattern] of [
    [{ PORT: 'abc' }, /port/],
    [{ PORT: '99999' }, /port/],
    [{ PORT: '1.5' }, /port/],
    [{ RAMPART_VERBOSE: 'yes' }, /verbose/],
    [{ RAMPART_MODE: 'slow' }, /mode/],
  ] as const) {
    assert.throws(() => load(undefined, env), refused(pattern))
  }
  for (const text of ['', '[]', '"x"', '{', 'null', '{"server":[]}'])
    assert.throws(() => load(text), refused(/./))
})

test('secrets come by environment or reference, never from file or flag', () => {
  const dir = mkdtempSync(join(tmpdir(), 'config-'))
  try {
    const path = join(dir, 'token')
    writeFileSync(path, 'secret-from-file\n')
    assert.equal(load(`{"tokenRef":"file:${path}"}`).token, 'secret-from-file')
    assert.equal(load('{"tokenRef":"env:X"}', { X: 'secret-from-env' }).token, 'secret-from-env')
    assert.equal(load(undefined, { RAMPART_TOKEN: 'secret-direct' }).token, 'secret-direct')
    assert.equal(load(undefined, {}, { 'token-ref': `file:${path}` }).token, 'secret-from-file')
    assert.equal(load('{"server":{"databaseUrlRef":"env:U"}}', { U: 'u' }).server.databaseUrl, 'u')
    assert.throws(() => load('{"token":"in-the-file"}'), refused(/secret/))
    assert.throws(() => load(undefined, {}, { token: 'on-the-command-line' }), refused(/unknown flag/))
    assert.throws(() => load('{"tokenRef":"env:MISSING"}'), refused(/MISSING is not set/))
    assert.throws(() => load(`{"tokenRef":"file:${dir}/none"}`), refused(/cannot read/))
    for (const reference of ['"plain"', '7', 'null'])
      assert.throws(() => load(`{"tokenRef":${reference}}`), refused(/must be/))
    assert.throws(() => load('{"portRef":"env:X"}'), refused(/unknown/))
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('a secret that is refused is not quoted', () => {
  assert.throws(
    () => load(undefined, { RAMPART_TOKEN: 'short' }),
    (error: Error) => !JSON.stringify(error).includes('short'),
  )
})

test('printing masks secrets and credentials in URLs', () => {
  const config = {
    ...load(undefined, { RAMPART_TOKEN: 'hunter2hunter2', DATABASE_URL: 'postgres://u:hunter2@h/d' }),
    tags: [],
  }
  const text = printConfig(schema, config)
  assert.equal(text.includes('hunter2'), false)
  assert.equal(JSON.parse(text)['server.graceMs'], 1000)
  const open = z.object({ url: z.string() })
  assert.match(printConfig(open, { url: 'https://u:hunter2@host/path' }), /https:\/\/\*+@host\/path/)
})

test('the reference names every key with environment, flag, type, unit and default', () => {
  const page = renderConfigReference(schema)
  for (const { path } of configFields(schema))
    assert.ok(page.includes(`\`${path.join('.')}\``), path.join('.'))
  assert.match(
    page,
    /\| `server\.graceMs` \| `RAMPART_SERVER_GRACE_MS` \| `--server-grace-ms` \| number \(ms\) \| `1000` \| Wait \|/,
  )
  assert.match(page, /Port \\\| of HTTP/)
  assert.match(page, /`fast`, `safe`/)
})
