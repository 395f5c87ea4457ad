/** The console in real Chromium against a real server, which the console group of the peer tests starts. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { collectErrors, launchBrowser, openPage, pagesOf, REAL_SHOWN } from './browser.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const server = process.env['RAMPART_SERVER'] ?? ''
const loginUrl = process.env['RAMPART_LOGIN_URL'] ?? ''
const folder = mkdtempSync(join(tmpdir(), 'rampart-console-'))
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]

/** The command line against the same server, as a colleague beside the browser. */
const rampart = (...args: string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [join(root, 'apps', 'cli', 'src', 'main.ts'), ...args], {
    cwd: root,
    timeout: 120_000,
  })

const registerNextVersion = async (): Promise<void> => {
  cpSync(join(root, 'examples', 'card-fraud'), folder, { recursive: true })
  const manifest = join(folder, 'model.yaml')
  const text = readFileSync(manifest, 'utf8').replace('version: "1.0.0"', `version: "${REAL_SHOWN.waiting}"`)
  writeFileSync(manifest, text)
  await rampart('apply', '-f', manifest)
}

const take = async (step: string, reason: string): Promise<void> => {
  await page.getByRole('button', { name: step, exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill(reason)
  await dialog.getByRole('button', { name: step, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

before(async () => {
  assert.notEqual(server, '', 'RAMPART_SERVER names the server; npm run test:peers -- console starts one')
  browser = await launchBrowser()
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(60_000)
  page = await context.newPage()
  errors = collectErrors(page)
})
after(async () => {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the one-time link signs in; what a colleague registers appears by itself', async () => {
  await page.goto(loginUrl)
  await page.getByRole('heading', { name: /3 model versions serving/ }).waitFor()
  await page.locator('[data-live=live]').waitFor()
  const registered = registerNextVersion()
  await page.getByText('card-fraud:1.1.0 passed assessment and waits for approval').waitFor()
  await registered
})

test('a waiting version is approved and deployed from its passport', async () => {
  await page.getByText('card-fraud:1.1.0 passed assessment and waits for approval').click()
  await page.waitForURL('**/models/card-fraud/versions/1.1.0')
  await take('Approve', 'Figures reviewed in the browser')
  await page.locator('h1 + span', { hasText: 'approved' }).waitFor()
  await take('Deploy', 'Rollout from the browser')
  await page.locator('h1 + span', { hasText: 'deployed' }).waitFor()
  await page.getByText('signature valid').nth(1).waitFor()
  const { stdout } = await rampart('get', 'models', '-o', 'json')
  const { items } = JSON.parse(stdout) as { items: { name: string; version: string; stage: string }[] }
  assert.equal(
    items.find(({ name, version }) => name === 'card-fraud' && version === '1.1.0')?.stage,
    'deployed',
  )
})

test('a shifted feature becomes a signal on the open page, and lights up its room', async () => {
  await openPage(page, `${server}/signals`)
  await page.getByText('No detector has raised anything').waitFor()
  await page.locator('[data-live=live]').waitFor()
  await rampart('replay', 'card-fraud', '--shift', 'amount=x3', '--limit', '1500')
  await page.getByRole('button', { name: /^\d+ new signals?$/ }).click()
  const row = page.locator('main [data-row]', { hasText: /Feature amount of card-fraud:1\.[01]\.0 drifted/ })
  await row.first().click()
  await page.getByText('telemetry.drift').first().waitFor()
  await openPage(page, `${server}/`)
  await page
    .getByRole('link', { name: /^Telemetry: .* open signal/ })
    .first()
    .waitFor()
})

test('the browser proves an entry and the signature of its checkpoint; the log verifies', async () => {
  await openPage(page, `${server}/audit`)
  await page.locator('main [data-row]').first().click()
  await page.locator('[data-proof=ok]').waitFor()
  await page.getByText('Ed25519 signature of the checkpoint').waitFor()
  await page.goBack()
  await page.getByRole('button', { name: 'Verify the whole log' }).click()
  await page.locator('[data-verified=true]').waitFor()
})

test('a fault in a policy draft is marked at its line, and nothing is saved', async () => {
  await openPage(page, `${server}/policies/inference`)
  await page.getByRole('button', { name: 'Edit' }).click()
  const editor = page.getByLabel(/^Text of .*\.rego$/)
  await editor.click()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.insertText('allow if no_such_builtin(input)\n')
  const line = page.locator('[data-fault-line]').first()
  await page.getByRole('button', { name: `inference.rego:${await line.textContent()}:` }).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
})

test('files of this computer become a version, which is compared and has a lineage', async () => {
  await openPage(page, `${server}/upload`)
  const example = join(root, 'examples', 'card-fraud')
  await page
    .getByLabel('Files of the version')
    .setInputFiles([join(example, 'model.onnx'), join(example, 'reference.ndjson')])
  await page.getByLabel('Model', { exact: true }).fill('card-fraud')
  await page.getByLabel('Version', { exact: true }).fill('1.2.0-upload')
  await page.getByRole('button', { name: 'Upload and register' }).click()
  await page.waitForURL('**/models/card-fraud/versions/1.2.0-upload')
  await page.getByRole('link', { name: 'Lineage' }).click()
  await page.getByRole('table', { name: 'Nodes of the lineage' }).getByText('reference.ndjson').waitFor()
  await openPage(page, `${server}/models/card-fraud/compare?from=1.0.0&to=1.2.0-upload`)
  const files = page.getByRole('table', { name: 'Files: changes' })
  await files.getByRole('row', { name: /removed card MODEL_CARD\.md/ }).waitFor()
  await page.getByText('2 nodes and 0 tensors are the same').waitFor()
})

test('a caller who attacks is an incident, is contained from its page and let go; the sink that is away says so', async () => {
  const api = (method: 'put' | 'post', path: string, data: unknown) =>
    context.request[method](`${server}/api/v1${path}`, { data })
  const sink = await api('put', '/sinks/away', { type: 'syslog', url: 'tcp://127.0.0.1:9', format: 'cef' })
  assert.equal(sink.status(), 200, await sink.text())
  await openPage(page, `${server}/incidents`)
  await page.locator('[data-live=live]').waitFor()
  const signal = await api('post', '/signals', {
    key: 'extraction:crawler',
    detector: 'serving.extraction',
    title: 'service:crawler asks in the pattern of model extraction',
    time: new Date().toISOString(),
    severity: 'high',
    entity: { kind: 'principal', id: 'service:crawler' },
    p_value: 1e-9,
    evidence: {},
  })
  assert.equal(signal.status(), 201, await signal.text())
  await page.getByRole('button', { name: /^\d+ new changes?$/ }).click()
  await page.locator('main [data-row]', { hasText: 'service:crawler asks' }).click()
  const runs = page.getByRole('table', { name: 'Response to this incident' })
  const answer = async (state: RegExp, verb: string) => {
    await runs.getByRole('row', { name: state }).first().getByRole('button', { name: verb }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('Seen by the shift')
    await dialog.getByRole('button', { name: verb }).click()
    await dialog.waitFor({ state: 'detached' })
  }
  await answer(/^waiting/, 'Approve')
  await runs.getByRole('row', { name: /^contained/ }).waitFor()
  await page.locator('h1 ~ span', { hasText: 'contained' }).waitFor()
  await answer(/^contained/, 'Revert')
  await runs.getByRole('row', { name: /^reverted/ }).waitFor()
  await openPage(page, `${server}/siem`)
  await page.getByRole('row', { name: /^away .* not delivering [1-9]/ }).waitFor()
})

test('every page renders, and signing out ends the session', async () => {
  for (const path of Object.values(pagesOf(REAL_SHOWN))) {
    await openPage(page, `${server}${path}`)
    assert.equal(await page.locator('[role=alert]').count(), 0, path)
  }
  assert.deepEqual(errors, [])
  await page.getByRole('button', { name: 'Signed in as admin' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.goto(`${server}/models`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
})
