import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import test from 'node:test'
import { assetPath } from '@rampart/kit'
import { readPlaybook } from './read-playbook.ts'

test('every playbook that comes with the product follows the rules', async () => {
  const names = (await readdir(assetPath('playbooks'))).filter((name) => name.endsWith('.yaml'))
  assert.ok(names.length > 0)
  for (const name of names) {
    const playbook = readPlaybook(await readFile(assetPath(`playbooks/${name}`), 'utf8'))
    assert.equal(playbook.name.replaceAll(' ', '-'), name.replace('.yaml', ''))
  }
})
