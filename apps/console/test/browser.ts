/** Real Chromium for the console's tests and pictures. */
import { type Browser, chromium, type Page } from 'playwright-core'

/** Which versions a server has to show: one that waits for approval, one that serves. */
type Shown = { readonly waiting: string; readonly serving: string }
export const MOCK_SHOWN: Shown = { waiting: '1.3.0', serving: '1.2.0' }
export const REAL_SHOWN: Shown = { waiting: '1.1.0', serving: '1.0.0' }

/** Every page once; the picture script and the render tests walk this list. */
export const pagesOf = ({ waiting, serving }: Shown): Readonly<Record<string, string>> => ({
  overview: '/',
  models: '/models',
  model: '/models/card-fraud',
  version: `/models/card-fraud/versions/${waiting}`,
  'version-serving': `/models/card-fraud/versions/${serving}`,
  compare: `/models/card-fraud/compare?from=${serving}&to=${waiting}`,
  lineage: `/models/card-fraud/versions/${waiting}/lineage`,
  upload: '/upload',
  registries: '/registries',
  approvals: '/approvals?view=open',
  routes: '/routes',
  route: '/routes/card-fraud',
  requests: '/requests',
  telemetry: '/telemetry',
  'telemetry-detail': `/telemetry/card-fraud/${serving}`,
  signals: '/signals',
  incidents: '/incidents',
  response: '/response',
  siem: '/siem',
  policies: '/policies',
  policy: '/policies/promotion',
  'policy-try': '/policies/promotion?tab=try',
  'policy-history': '/policies/promotion?tab=history',
  decisions: '/decisions',
  audit: '/audit',
  'audit-entry': '/audit/7',
  settings: '/settings',
  'settings-session': '/settings?tab=session',
})

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['RAMPART_CHROMIUM'] ?? process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })

/** Opens an address and waits until its data is there: no skeleton is left. */
export const openPage = async (page: Page, url: string): Promise<void> => {
  await page.goto(url)
  await page.locator('main h1').first().waitFor()
  await page.waitForFunction(() => document.querySelector('.skeleton') === null, undefined, {
    timeout: 60_000,
  })
}

/** What a page must never say: errors of our own code and violations of the content policy. */
export const collectErrors = (page: Page): string[] => {
  const errors: string[] = []
  page.on('console', (message) => {
    // A refused request is logged by Chromium itself; what matters is what our own code says.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  return errors
}
