/** Real Chromium for the console's tests and pictures. */
import { type Browser, chromium, type Page } from 'playwright-core'

/** Every page once; the picture script and the render test walk this list. */
export const PAGES: Readonly<Record<string, string>> = {
  overview: '/',
  models: '/models',
  model: '/models/card-fraud',
  version: '/models/card-fraud/versions/1.3.0',
  'version-serving': '/models/card-fraud/versions/1.2.0',
  routes: '/routes',
  route: '/routes/card-fraud',
  telemetry: '/telemetry',
  'telemetry-detail': '/telemetry/card-fraud/1.2.0',
  signals: '/signals',
  policies: '/policies',
  policy: '/policies/promotion',
  'policy-try': '/policies/promotion?tab=try',
  'policy-history': '/policies/promotion?tab=history',
  decisions: '/decisions',
  audit: '/audit',
  'audit-entry': '/audit/7',
  settings: '/settings',
}

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
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
    timeout: 10_000,
  })
}
