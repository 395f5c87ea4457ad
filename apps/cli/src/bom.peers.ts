/** Bills of materials of the examples under the CycloneDX project's Python library. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { cli } from './testing.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const validate = (...files: string[]) =>
  spawnSync(process.env.RAMPART_CYCLONEDX ?? '', [join(root, 'peers', 'cyclonedx-validate.py'), ...files], {
    encoding: 'utf8',
  })

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-bom-peers-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

for (const spec of ['1.6', '1.7'])
  test(`bills of materials in ${spec} are valid, a broken one is not`, async () => {
    const files = await Promise.all(
      ['card-fraud', 'digit-image', 'mail-filter', 'card-fraud/model.onnx'].map(async (name, at) => {
        const { code, out, err } = await cli(['bom', join(root, 'examples', name), '--spec', spec])
        assert.equal(code, 0, err)
        const file = join(folder, `${spec}-${at}.json`)
        writeFileSync(file, out)
        return { file, out }
      }),
    )
    const { status, stdout, stderr } = validate(...files.map(({ file }) => file))
    assert.equal(status, 0, stdout + stderr)
    const broken = join(folder, `${spec}-broken.json`)
    writeFileSync(broken, (files[0]?.out ?? '').replace('"type": "file"', '"type": "fil"'))
    assert.match(validate(broken).stdout, /INVALID/)
  })
