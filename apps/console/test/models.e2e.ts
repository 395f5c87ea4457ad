/** Registries, lineage, comparison and upload in real Chromium against the mock. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { visit } from './visit.ts'

const model = Buffer.alloc(3_000_000, 'onnx')
const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer })

test('two versions are compared from the address; swapping them is an address too', async () => {
  await visit({}, async ({ page, open }) => {
    await open('/models/card-fraud/versions/1.3.0')
    await page.getByRole('link', { name: 'Compare' }).click()
    await page.getByRole('heading', { name: 'Compare versions of card-fraud' }).waitFor()
    const figures = page.getByRole('table', { name: 'Figures of the assessment: changes' })
    await figures.getByRole('row', { name: /changed metric accuracy 0\.9583 0\.9621 ?\+0\.00380/ }).waitFor()
    await page.getByText('the architecture changed').waitFor()
    await page.getByRole('button', { name: 'Swap the versions' }).click()
    await page.waitForURL('**/models/card-fraud/compare?from=1.3.0&to=1.2.0')
    await page.getByLabel('To', { exact: true }).selectOption('1.3.0')
    await page.getByText('A version does not differ from itself.').waitFor()
  })
})

test('lineage is a picture that the keyboard walks, and a list; a retracted ancestor is said', async () => {
  await visit({}, async ({ page, open }) => {
    await open('/models/card-fraud/versions/1.3.0/lineage')
    await page.getByRole('note').getByText('which is retracted').waitFor()
    const picture = page.getByRole('listbox', { name: 'Lineage of this version' })
    await picture.getByRole('option', { name: 'version, card-fraud:1.0.0: retracted' }).waitFor()
    await picture.getByRole('option', { selected: true }).focus()
    await page.keyboard.press('ArrowUp')
    await page
      .locator('figcaption')
      .getByText(/^(version, card-fraud:1\.2\.0|run, )/)
      .waitFor()
    await page.getByRole('button', { name: 'ancestors' }).click()
    await page.waitForURL('**/lineage?direction=ancestors')
    const list = page.getByRole('table', { name: 'Nodes of the lineage' })
    await list.getByRole('link', { name: 'card-fraud:1.2.0' }).click()
    await page.waitForURL('**/models/card-fraud/versions/1.2.0')
  })
})

test('files are hashed here, sent once and registered; what is refused is said with its code', async () => {
  await visit({ role: 'operator' }, async ({ mock, page, open }) => {
    await open('/upload')
    const register = page.getByRole('button', { name: 'Upload and register' })
    assert.equal(await register.getAttribute('aria-disabled'), 'true')
    await page
      .getByLabel('Files of the version')
      .setInputFiles([file('model.onnx', model), file('README.md', Buffer.from('# A model'))])
    assert.equal(await page.getByLabel('Role of README.md').inputValue(), 'card')
    await page.getByLabel('Role of model.onnx').selectOption('other')
    await page.getByText('Give one file the role model').waitFor()
    await page.getByLabel('Role of model.onnx').selectOption('model')
    await page.getByLabel('Model', { exact: true }).fill('Not A Name')
    await page.getByText('Lower-case letters, digits and dashes').waitFor()
    await page.getByLabel('Model', { exact: true }).fill('card-fraud')
    await page.getByLabel('Version', { exact: true }).fill('1.2.0')
    await register.click()
    await page.getByText('INVENTORY_VERSION_EXISTS').waitFor()
    await page.getByLabel('Version', { exact: true }).fill('1.4.0')
    await register.click()
    await page.waitForURL('**/models/card-fraud/versions/1.4.0')
    const registered = mock.world.versions.find(({ version }) => version === '1.4.0')
    assert.equal(registered?.digest, `sha256:${createHash('sha256').update(model).digest('hex')}`)
    assert.deepEqual(
      registered?.artifacts.map(({ path, role }) => [path, role]),
      [
        ['model.onnx', 'model'],
        ['README.md', 'card'],
      ],
    )
  })
})

test('files can be dropped', async () => {
  await visit({ role: 'operator' }, async ({ page, open }) => {
    await open('/upload')
    const transfer = await page.evaluateHandle(() => {
      const data = new DataTransfer()
      data.items.add(new File(['weights'], 'model.safetensors'))
      return data
    })
    await page.locator('[data-drop-zone]').dispatchEvent('drop', { dataTransfer: transfer })
    assert.equal(await page.getByLabel('Role of model.safetensors').inputValue(), 'model')
    await page.getByRole('button', { name: 'Leave out model.safetensors' }).click()
    assert.equal(await page.getByLabel('Role of model.safetensors').count(), 0)
  })
})

test('registries say how they stand; refused versions say why; a sync can be asked for', async () => {
  await visit({}, async ({ page, open }) => {
    await open('/registries')
    await page.getByText('1 of 3 registries is failing').waitFor()
    await page
      .getByRole('row', { name: /risk-bucket s3 failing/ })
      .getByText('OUTBOUND_DENIED')
      .waitFor()
    const watch = page.getByRole('table', { name: 'What is approved, what registries say, what is served' })
    await watch
      .getByRole('row', { name: /challenger/ })
      .getByText('not approved')
      .waitFor()
    await page.locator('main [data-row]', { hasText: 'mlflow-prod' }).click()
    await page.getByRole('button', { name: 'refused' }).click()
    await page.waitForURL('**/registries/mlflow-prod?state=refused')
    const versions = page.getByRole('table', { name: 'Versions of mlflow-prod' })
    await versions.getByText('the version name leaves its folder').waitFor()
    const asked = page.waitForRequest((request) => request.url().endsWith('/registries/mlflow-prod/sync'))
    await page.getByRole('button', { name: 'Sync now: mlflow-prod' }).click()
    assert.equal((await asked).method(), 'POST')
  })
  await visit({ empty: true }, async ({ page, open }) => {
    await open('/registries')
    await page.getByText('No registry is kept in step').waitFor()
  })
})
