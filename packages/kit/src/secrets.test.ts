import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { createSecrets } from './secrets.ts'

test('a secret is read from its file, else from the environment, and no error tells its value', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-secrets-'))
  t.after(() => rm(folder, { recursive: true }))
  const env = { RAMPART_SECRET_HOOK_KEY: 'from-env', RAMPART_SECRET_BLANK: '\n' }
  const secrets = createSecrets({ folder, env })
  assert.equal(await secrets.resolve('hook-key'), 'from-env')
  await writeFile(join(folder, 'hook-key'), 'from-file\n')
  assert.equal(await secrets.resolve('hook-key'), 'from-file')
  await writeFile(join(folder, 'hook-key'), 'rotated')
  assert.equal(await secrets.resolve('hook-key'), 'rotated')

  await writeFile(join(folder, 'binary'), Buffer.from([0xff, 0xfe]))
  await writeFile(join(folder, 'huge'), Buffer.alloc(65 * 1024, 97))
  await mkdir(join(folder, 'directory'))
  await symlink('/etc/hostname', join(folder, 'link'))
  for (const name of ['binary', 'huge', 'directory', 'link', 'blank'])
    await assert.rejects(secrets.resolve(name), { code: 'SECRET_UNREADABLE' }, name)
  for (const name of ['absent', '../hook-key', '', 'a/b', 'x'.repeat(200)])
    await assert.rejects(secrets.resolve(name), { code: 'SECRET_NOT_FOUND' }, name)
})
