import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { root } from './files.ts'

type Entry = { version?: string; dev?: boolean; optional?: boolean; link?: boolean }
type Packages = Record<string, Entry>
type Install = {
  findMissing: (wanted: Packages, installed: Packages, mode: 'run' | 'all') => [string, Entry][]
}
type Lock = {
  findIncomplete: (packages: Record<string, { optionalDependencies?: Record<string, string> }>) => unknown[]
}

// Plain JavaScript without declarations: loaded by its address, so that the type check does not look for them.
const load = async <T>(path: string): Promise<T> => (await import(pathToFileURL(join(root, path)).href)) as T

test('a tree that lacks nothing is left alone', async () => {
  const { findMissing } = await load<Install>('tools/bootstrap/install.mjs')
  const packages = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/@rampart/kit': { link: true },
  }
  assert.deepEqual(findMissing(packages, packages, 'all'), [])
})

test('missing and outdated packages are found, development and optional ones only where they matter', async () => {
  const { findMissing } = await load<Install>('tools/bootstrap/install.mjs')
  const wanted = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0' },
    'node_modules/tool': { version: '1.0.0', dev: true },
    'node_modules/other-platform': { version: '1.0.0', optional: true },
  }
  const installed = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.9.0' } }
  const paths = (mode: 'run' | 'all') => findMissing(wanted, installed, mode).map(([path]) => path)
  assert.deepEqual(paths('run'), ['node_modules/b'])
  assert.deepEqual(paths('all'), ['node_modules/b', 'node_modules/tool'])
})

test('an unknown command is a usage error that lists the known ones', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools', 'bootstrap.mjs'), 'strat'], {
    encoding: 'utf8',
  })
  assert.equal(status, 2)
  assert.match(stderr, /usage:[\s\S]*start +start the control plane/)
})

test('a lockfile without another platform’s build is noticed', async () => {
  const { findIncomplete } = await load<Lock>('tools/lock.mjs')
  const wants = { optionalDependencies: { 'x-linux': '1.0.0', 'x-darwin': '1.0.0' } }
  assert.deepEqual(findIncomplete({ 'node_modules/x': wants, 'node_modules/x-linux': {} }), [
    ['node_modules/x', 'x-darwin', '1.0.0'],
  ])
  assert.deepEqual(
    findIncomplete({ 'a/node_modules/x': wants, 'a/node_modules/x-linux': {}, 'node_modules/x-darwin': {} }),
    [],
  )
})
