/** Incidents, response, approvals and SIEM in real Chromium against one mock: what changes a state comes last in its test. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visit } from './visit.ts'

test('sinks say whether they deliver; a dead letter is looked at and sent again', async () => {
  await visit({}, async ({ page, open }) => {
    await open('/siem')
    await page.getByText('2 of 5 sinks do not deliver; nothing is lost').waitFor()
    await page.getByRole('row', { name: /tickets webhook queue full 500/ }).waitFor()
    await page.getByRole('row', { name: /siem-tls syslog, cef delivering 0/ }).waitFor()
    await page.getByRole('link', { name: 'soc-webhook' }).click()
    await page.waitForURL('**/siem/sinks/soc-webhook')
    const letters = page.getByRole('table', { name: 'Dead letters' })
    const first = letters.getByRole('row', { name: /index "decisions" does not exist/ })
    await first.getByRole('button', { name: 'Look' }).click()
    await page.getByRole('dialog').getByText('decision/1').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await first.getByRole('button', { name: 'Send again' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click()
    await first.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Send all again' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click()
    await page.getByText('The receiver refused nothing for good').waitFor()
    await open('/siem?tab=sources')
    await page.getByRole('link', { name: 'suricata-edge' }).click()
    await page.getByRole('table', { name: 'Sightings' }).getByText('pool.example.org').waitFor()
    await open('/siem/sinks/none')
    await page.getByText('SIEM_SINK_UNKNOWN').waitFor()
  })
})

test('who may not send dead letters again is told why', async () => {
  await visit({ role: 'viewer' }, async ({ page, open }) => {
    await open('/siem/sinks/soc-webhook')
    await page.getByRole('button', { name: 'Send all again' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click()
    await page.getByRole('dialog').getByText('IDENTITY_FORBIDDEN').waitFor()
    await page.keyboard.press('Escape')
    const letters = page.getByRole('table', { name: 'Dead letters' })
    await letters.waitFor()
    assert.equal(await letters.locator('tbody tr').count(), 2)
  })
})

test('a right to approve is handed over and taken back; a request is withdrawn with a reason', async () => {
  await visit({}, async ({ page, open }) => {
    await open('/approvals?view=delegations')
    const table = page.getByRole('table', { name: 'Rights handed over' })
    await table.getByRole('row', { name: /active user:maria user:admin/ }).waitFor()
    await page.getByRole('button', { name: 'Hand over my right' }).click()
    const dialog = page.getByRole('dialog')
    const submit = dialog.getByRole('button', { name: 'Hand over' })
    assert.equal(await submit.getAttribute('aria-disabled'), 'true')
    await dialog.getByLabel('To').fill('user:ben')
    await dialog.getByLabel('For').selectOption('14')
    await dialog.getByLabel('Reason').fill('On leave')
    await submit.click()
    const ben = table.getByRole('row', { name: /active user:admin user:ben/ })
    await ben.getByRole('button', { name: 'Take back' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
    await table.getByRole('row', { name: /revoked user:admin user:ben/ }).waitFor()

    await page.getByRole('button', { name: 'All open' }).click()
    await page.locator('main [data-row]').first().click()
    await page.getByRole('button', { name: 'Withdraw' }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('Replaced by a better one')
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click()
    await page.locator('h1 + span', { hasText: 'withdrawn' }).waitFor()
    await page.getByText('Replaced by a better one').waitFor()
  })
})
