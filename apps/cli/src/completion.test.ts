import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { assetPath } from '@rampart/kit/core'
import { SHELLS } from './completion/scripts.ts'
import { cli, startFakeServer } from './testing.ts'

const run = promisify(execFile)
const NAMES: Readonly<Record<string, readonly object[]>> = {
  '/api/v1/routes': [
    { name: 'card-fraud' },
    { name: 'mail' },
    { name: '$(touch /tmp/x)' },
    { name: 'a\n:files' },
  ],
  '/api/v1/models': [
    { name: 'card-fraud', version: '1.0.0' },
    { name: 'card-fraud', version: '1.1.0' },
  ],
}
let folder: string
let server: Awaited<ReturnType<typeof startFakeServer>>

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cli-completion-'))
  server = await startFakeServer(({ path }) => {
    const items = NAMES[path]
    return items === undefined ? undefined : { body: { items } }
  })
  // What is on the path of whoever installed the package.
  const shim = join(folder, 'rampart')
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${assetPath('apps/cli/src/main.ts')}' "$@"\n`)
  chmodSync(shim, 0o755)
  writeFileSync(join(folder, 'route.yaml'), '')
})
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const complete = async (...words: string[]): Promise<string[]> => {
  const { code, out } = await cli(['__complete', ...words], {
    env: { HOME: '/nonexistent', RAMPART_SERVER: server.url },
  })
  assert.equal(code, 0)
  return out.split('\n').filter((line) => line !== '')
}

test('commands, subcommands, flags, choices, kinds and names are completed, hidden ones are not', async () => {
  assert.deepEqual(await complete('dr'), ['drift'])
  assert.ok((await complete('')).includes('completion'))
  assert.ok(!(await complete('')).includes('__complete'))
  assert.deepEqual(await complete('canary', 'p'), ['promote'])
  assert.deepEqual(await complete('drift', '--ref'), ['--reference'])
  assert.deepEqual(await complete('get', '-o', 'js'), ['json'])
  assert.deepEqual(await complete('changepoints', 'f.csv', '--method', 'p'), ['page-hinkley'])
  assert.deepEqual(await complete('get', 'rou'), ['route', 'routes'])
  assert.deepEqual(await complete('get', 'route', ''), ['card-fraud', 'mail'])
  assert.deepEqual(await complete('describe', 'model', 'card-fraud:1.1'), ['card-fraud:1.1.0'])
  assert.deepEqual(await complete('deploy', 'c'), ['card-fraud:1.0.0', 'card-fraud:1.1.0'])
  assert.deepEqual(await complete('canary', 'promote', 'm'), ['mail'])
  assert.deepEqual(await complete('apply', '-f', ''), [':files'])
  assert.deepEqual(await complete('drift', '--reference', 'a'), [':files'])
  assert.deepEqual(await complete('nothing', 'x'), [])
})

test('without a server there are no names, soon and silently', async () => {
  const { code, out, err } = await cli(['__complete', 'get', 'routes', ''], {
    env: { HOME: '/nonexistent', RAMPART_SERVER: 'http://127.0.0.1:9' },
  })
  assert.deepEqual([code, out, err], [0, '', ''])
})

test('an unknown shell is refused with those there are', async () => {
  const { code, err } = await cli(['completion', 'tcsh'])
  assert.equal(code, 2)
  for (const shell of SHELLS) assert.match(err, new RegExp(shell))
})

/** What bash would insert or list after the Tab key at the end of each line; one line of words for each. */
const inBash = async (...lines: string[]): Promise<string[]> => {
  const script = `
    source ./completion.bash
    complete -p rampart >/dev/null || exit 1
    COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
    for COMP_LINE in "$@"; do
      COMP_POINT=\${#COMP_LINE}
      _rampart
      echo "\${COMPREPLY[*]}"
    done`
  writeFileSync(join(folder, 'completion.bash'), (await cli(['completion', 'bash'])).out)
  const { stdout } = await run('bash', ['--norc', '-c', script, 'bash', ...lines], {
    cwd: folder,
    env: { PATH: `${folder}:${process.env['PATH']}`, HOME: folder, RAMPART_SERVER: server.url },
  })
  return stdout.trimEnd().split('\n')
}

test('a real bash completes with the script: names, what follows a colon, files', async () => {
  const found = await inBash(
    'rampart get route card',
    // Bash keeps what stands before the colon.
    'rampart deploy card-fraud:1.0',
    'rampart apply -f ro',
  )
  assert.deepEqual(found, ['card-fraud', '1.0.0', 'route.yaml'])
})
