/** The console in real Chromium against the mock: run by the console group of the peer tests. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MOCK_SHOWN, pagesOf } from './browser.ts'
import { visit } from './visit.ts'

test('every page renders from its own address, without console errors or alerts', async () => {
  await visit({}, async ({ page, open }) => {
    for (const path of Object.values(pagesOf(MOCK_SHOWN))) {
      await open(path)
      assert.equal(await page.locator('[role=alert]').count(), 0, path)
      assert.equal(await page.locator('html').getAttribute('data-theme'), 'light')
    }
  })
})

/** Pages of things that only the mock has under a known name. */
const DETAILS = [
  '/incidents/incident-1',
  '/response/runs/0199f2a0-0000-7000-8000-000000000002',
  '/response/playbooks/contain-host',
  '/siem/sinks/soc-webhook',
  '/siem/sources/suricata-edge',
]

// Dark and narrow in one walk: the two do not depend on one another, and each walk is a page load per address.
test('at 390 pixels and dark nothing scrolls sideways and the navigation is a sheet', async () => {
  await visit({ width: 390, height: 844, dark: true }, async ({ page, open }) => {
    for (const path of [...Object.values(pagesOf(MOCK_SHOWN)), ...DETAILS]) {
      await open(path)
      assert.equal(await page.locator('[role=alert]').count(), 0, path)
      assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark')
      const excess = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      assert.ok(excess <= 0, `${path} is ${excess} px too wide`)
    }
    await page.getByRole('button', { name: 'Open navigation' }).click()
    await page.getByRole('dialog').getByRole('link', { name: 'Signals' }).click()
    await page.waitForURL('**/signals')
  })
})

test('empty states say why and what to do next', async () => {
  await visit({ empty: true }, async ({ page, open }) => {
    await open('/models')
    await page.getByText('No model is registered').waitFor()
    await page.getByRole('button', { name: 'Copy command: npx rampart apply -f model.yaml' }).click()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'npx rampart apply -f model.yaml')
    for (const path of ['/', '/routes', '/telemetry', '/signals', '/decisions', '/audit', '/settings'])
      await open(path)
    await open('/siem')
    await page.getByText('Nothing is exported').waitFor()
    await open('/response')
    await page.getByText('Nothing is protected').waitFor()
  })
})

test('filters live in the address: restored on load, written on use', async () => {
  await visit({}, async ({ page, open }) => {
    await open('/models?stage=deployed&q=mail')
    assert.equal(await page.locator('main [data-row]').count(), 1)
    assert.equal(await page.locator('[data-search]').inputValue(), 'mail')
    await page.locator('[data-search]').fill('')
    await page.getByRole('button', { name: 'retracted' }).click()
    await page.waitForURL('**/models?stage=retracted')
    await page.locator('main [data-row]', { hasText: 'card-fraud:1.0.0' }).waitFor()
    assert.equal(await page.locator('main [data-row]').count(), 1)
    await page.getByRole('button', { name: 'Version', exact: true }).click()
    await page.waitForURL('**/models?stage=retracted&sort=name')
  })
})

test('an approver approves: reason asked, stage and gate change, audit grows', async () => {
  await visit({ role: 'approver' }, async ({ mock, page, open }) => {
    const size = mock.world.audit.checkpoint().size
    await open('/models/card-fraud/versions/1.3.0')
    await page.getByRole('button', { name: 'Approve' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('sentinel conflict')
    await dialog.getByRole('button', { name: 'Approve' }).click()
    await dialog.getByText('INVENTORY_STALE_REVISION').waitFor()
    await dialog.getByLabel('Reason').fill('Figures reviewed')
    await dialog.getByRole('button', { name: 'Approve' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.locator('h1 + span', { hasText: 'approved' }).waitFor()
    await page.getByText('Figures reviewed').first().waitFor()
    assert.equal(mock.world.audit.checkpoint().size, size + 1)
  })
})

test('bill of materials and provenance are saved as files', async () => {
  await visit({}, async ({ page, open }) => {
    await open('/models/card-fraud/versions/1.2.0')
    for (const [title, name] of [
      ['Bill of materials', 'card-fraud-1.2.0.cdx.json'],
      ['Provenance', 'card-fraud-1.2.0.provenance.json'],
    ]) {
      const saved = page.waitForEvent('download')
      await page.getByRole('button', { name: `Download ${title}` }).click()
      assert.equal((await saved).suggestedFilename(), name)
    }
  })
})

test('who may not approve sees the reason before clicking', async () => {
  await visit({ role: 'operator' }, async ({ page, open }) => {
    await open('/models/card-fraud/versions/1.3.0')
    await page.getByText('needs 1 more approval by an approver who is not you').last().waitFor()
    const button = page.getByRole('button', { name: 'Approve' }).last()
    assert.equal(await button.getAttribute('aria-disabled'), 'true')
    await button.click({ force: true })
    assert.equal(await page.getByRole('dialog').count(), 0)
  })
})

test('retracting asks for the name', async () => {
  await visit({}, async ({ mock, page, open }) => {
    await open('/models/card-fraud/versions/1.2.0')
    await page.getByRole('button', { name: 'Retract' }).last().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Cannot be undone').waitFor()
    await dialog.getByLabel('Reason').fill('Leaked labels')
    const confirm = dialog.getByRole('button', { name: 'Retract' })
    assert.equal(await confirm.getAttribute('aria-disabled'), 'true')
    await dialog.getByLabel('Type card-fraud:1.2.0 to confirm').fill('card-fraud:1.2.0')
    await confirm.click()
    await dialog.waitFor({ state: 'detached' })
    assert.equal(
      mock.world.versions.find(({ name, version }) => name === 'card-fraud' && version === '1.2.0')?.stage,
      'retracted',
    )
  })
})

test('a policy edit: a fault is marked at its line, then saved with If-Match; a stale edit is refused', async () => {
  await visit({}, async ({ mock, page, open }) => {
    await open('/policies/inference')
    await page.getByRole('button', { name: 'Edit' }).click()
    const editor = page.getByLabel('Text of inference.rego')
    const text = mock.world.policies.get('inference')?.current.files['inference.rego'] ?? ''
    const append = async (line: string) => {
      await editor.click()
      await page.keyboard.press('ControlOrMeta+End')
      await page.keyboard.insertText(line)
    }
    await append('allow if no_such_builtin(input)\n')
    // The pause after typing is enough; nobody has to press Check.
    await page.getByText('unknown function no_such_builtin').waitFor()
    assert.equal(await page.locator('[data-fault-line]').textContent(), String(text.split('\n').length))
    await page.keyboard.press('ControlOrMeta+z')
    await append('# reviewed\n')
    await page.getByLabel('What changes and why').fill('Note the review')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved and in force.').waitFor()
    assert.match(mock.world.policies.get('inference')?.current.files['inference.rego'] ?? '', /# reviewed/)

    await page.getByRole('button', { name: 'Edit' }).click()
    await append('# second\n')
    await page.getByLabel('What changes and why').fill('Race')
    const pack = mock.world.policies.get('inference')
    assert.ok(pack)
    pack.current = { ...pack.current, version: 99 }
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('POLICY_CHANGED').waitFor()
  })
})

test('a route shows who answers with which share, and its canary is promoted with a reason', async () => {
  await visit({}, async ({ page, open }) => {
    await open('/routes/mail-filter')
    const shares = page.getByRole('table', { name: 'Versions and their shares' })
    await shares.getByRole('row', { name: /mail-filter:2\.1\.0 25\.0 %/ }).waitFor()
    await page.locator('[aria-current=step]', { hasText: '25 %' }).waitFor()
    await page.getByRole('button', { name: 'Promote' }).click()
    const dialog = page.getByRole('dialog', { name: 'Promote mail-filter:2.1.0' })
    await dialog.getByLabel('Reason').fill('Steady for a day')
    await dialog.getByRole('button', { name: 'Promote' }).click()
    await dialog.waitFor({ state: 'detached' })
    await open('/routes/card-fraud')
    await page.getByRole('table', { name: 'Differing answers' }).getByText('fraud, 0.7247').waitFor()
  })
})

test('the browser proves an entry, and refuses one whose bytes were altered', async () => {
  await visit({}, async ({ mock, page, open }) => {
    await open('/audit/11')
    await page.locator('[data-proof=ok]').waitFor()
    mock.world.audit.tamper(11)
    await open('/audit/11')
    await page.locator('[data-proof=failed]').waitFor()
    await open('/audit')
    await page.getByRole('button', { name: 'Verify the whole log' }).click()
    await page.locator('[data-verified=false]').getByText('entry 11').waitFor()
  })
})

test('new signals wait behind a pill; the stream resumes after a cut', async () => {
  await visit({}, async ({ mock, page, open }) => {
    await open('/signals')
    await page.locator('[data-live=live]').waitFor()
    const rows = await page.locator('main [data-row]').count()
    mock.raiseSignal('First while watching')
    await page.getByRole('button', { name: '1 new signal' }).waitFor()
    assert.equal(await page.locator('main [data-row]').count(), rows)
    mock.dropStreams()
    mock.raiseSignal('Second while the line was down')
    await page.getByRole('button', { name: '2 new signals' }).click()
    await page.getByText('Second while the line was down').waitFor()
    assert.equal(await page.locator('main [data-row]').count(), rows + 2)
  })
})

test('keyboard: go, filter, walk, open, help, search', async () => {
  await visit({}, async ({ page, open }) => {
    await open('/')
    await page.keyboard.press('g')
    await page.keyboard.press('m')
    // The overview has rows too, and the address changes before the page does.
    await page.getByRole('heading', { name: 'Models', exact: true }).waitFor()
    await page.locator('main [data-row]', { hasText: 'card-fraud:1.3.0' }).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    const second = await page.locator('main [data-row]').nth(1).getAttribute('href')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**${second}`)
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.waitForURL('**/signals')
    await page.locator('main [data-search][aria-label*=detector]').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('amount')
    await page.waitForURL('**/signals?q=amount')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/Search models/).fill('mail-filter:2.0')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/models/mail-filter/versions/2.0.1')
  })
})

test('without a session: the way in is explained, a wrong token is refused, a right one opens', async () => {
  await visit({ role: 'nobody' }, async ({ mock, page, context }) => {
    await page.goto(`${mock.url}/models`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.getByLabel('Or paste a bearer token or API key').fill('wrong')
    await page.getByRole('button', { name: 'Sign in with token' }).click()
    await page.getByText('The server does not accept this token.').waitFor()
    await page.getByLabel('Or paste a bearer token or API key').fill('mock-viewer')
    await page.getByRole('button', { name: 'Sign in with token' }).click()
    await page.getByRole('heading', { name: 'Models' }).waitFor()
    await page.locator('[data-live=live]').waitFor()
    assert.deepEqual(await context.cookies(), [])
  })
})

test('an API key: secret once, then revoked; errors carry code and request id', async () => {
  await visit({}, async ({ page, open }) => {
    await open('/settings')
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('Name').fill('sentinel-500')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByText('req-kit-internal').waitFor()
    await page.getByLabel('Name').fill('nightly')
    await page.getByRole('button', { name: 'Create key' }).click()
    assert.match((await page.locator('[data-secret]').textContent()) ?? '', /^rk_[0-9a-f]{48}$/)
    await page.getByRole('button', { name: 'I have it' }).click()
    const row = page.getByRole('row', { name: /nightly/ })
    await row.getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('button', { name: 'Revoke key' }).click()
    await row.getByText('revoked').waitFor()
  })
})

test('missing things and broken answers are said plainly', async () => {
  await visit({}, async ({ page, open }) => {
    await page.goto(page.url())
    await open('/models/none/versions/1.0.0')
    await page.getByText('INVENTORY_NOT_FOUND').waitFor()
    await open('/nowhere')
    await page.getByText('There is no page at this address').waitFor()
    await open('/signals/none')
    await page.getByText('THREATS_SIGNAL_NOT_FOUND').waitFor()
  })
})

test('the theme switch wins over the system and is remembered; charts have tables', async () => {
  await visit({}, async ({ page, open }) => {
    await open('/routes/card-fraud')
    await page.getByRole('button', { name: 'Theme: system' }).click()
    await page.getByRole('menuitemradio', { name: 'Dark' }).click()
    await page.locator('html[data-theme=dark]').waitFor()
    await open('/routes/card-fraud')
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark')
    await page.getByRole('button', { name: 'Show Latency as table' }).click()
    await page.getByRole('table', { name: 'Latency, values' }).waitFor()
  })
})

test('a request is found, proved in the browser, and replayed with what differs', async () => {
  await visit({}, async ({ mock, page, open }) => {
    const { records } = mock.world.requests
    const captured = records.find(({ input }) => input !== undefined)
    const digestOnly = records.find(({ input, decision }) => input === undefined && decision === 'allow')
    await open('/requests')
    await page.getByRole('button', { name: 'denied', exact: true }).click()
    await page.waitForURL('**decision=deny**')
    await page.getByLabel('Caller, as kind:id').fill('service:crawler')
    await page.waitForURL('**principal=**')
    assert.equal(await page.locator('main tbody').getByText('allowed').count(), 0)
    await page.locator('main [data-row]').first().click()
    await page.getByRole('dialog').getByText('on the list of denied callers').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })

    await open(`/requests?record=${captured?.id}`)
    await page.getByRole('tab', { name: 'Proof' }).click()
    await page.locator('[data-proof=ok]').waitFor()
    await page.getByRole('tab', { name: 'Replay' }).click()
    await page.getByLabel('Version').fill('9.9.9')
    await page.getByRole('button', { name: 'Replay' }).click()
    await page.getByText('2 values differ').waitFor()

    await open(`/requests?record=${digestOnly?.id}`)
    await page.getByText('The payload was not kept').waitFor()
  })
})
