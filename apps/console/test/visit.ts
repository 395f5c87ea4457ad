/** A fresh mock and a fresh browser for each visit of the browser tests. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import type { Role } from '../mock-api/router.ts'
import { type MockApi, startMockApi } from '../mock-api/server.ts'
import { collectErrors, launchBrowser, openPage } from './browser.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const distDir = fileURLToPath(new URL('../dist', import.meta.url))
let browser: Browser

before(async () => {
  if (!existsSync(`${distDir}/index.html`)) {
    await build({ root, configFile: `${root}/vite.config.ts`, logLevel: 'error' })
  }
  browser = await launchBrowser()
})
after(() => browser.close())

type World = {
  mock: MockApi
  page: Page
  context: BrowserContext
  errors: string[]
  open: (path: string) => Promise<void>
}
type Options = { role?: Role | 'nobody'; empty?: boolean; width?: number; dark?: boolean; height?: number }

/** A fresh mock and a fresh browser profile; console errors and policy violations are collected. */
export const visit = async (options: Options, work: (world: World) => Promise<void>): Promise<void> => {
  const mock = await startMockApi({ distDir, empty: options.empty ?? false })
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  const errors = collectErrors(page)
  try {
    if (options.role !== 'nobody') await page.goto(mock.loginUrl(options.role ?? 'admin'))
    await work({ mock, page, context, errors, open: (path) => openPage(page, `${mock.url}${path}`) })
    assert.deepEqual(errors, [])
  } finally {
    await context.close()
    await mock.close()
  }
}
