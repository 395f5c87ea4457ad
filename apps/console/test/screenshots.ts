/** Takes pictures of every page, both sizes, both themes: `node test/screenshots.ts [--url URL --login LINK] [--out DIR] [--only a,b]`. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startMockApi } from '../mock-api/server.ts'
import { launchBrowser, MOCK_SHOWN, openPage, pagesOf, REAL_SHOWN } from './browser.ts'

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    login: { type: 'string' },
    out: { type: 'string', default: 'screenshots' },
    only: { type: 'string' },
  },
})
const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const

const distDir = fileURLToPath(new URL('../dist', import.meta.url))
const mock = values.url === undefined ? await startMockApi({ distDir }) : undefined
const base = values.url ?? mock?.url ?? ''
const chosen = values.only?.split(',')
await mkdir(values.out, { recursive: true })
const browser = await launchBrowser()
try {
  // A one-time link works once, so one sign-in serves every picture.
  const session = await browser.newContext()
  const first = await session.newPage()
  await first.goto(values.login ?? mock?.loginUrl() ?? base)
  const storageState = await session.storageState()
  await openPage(first, `${base}/signals`)
  const signal = await first.locator('main [data-row]').first().getAttribute('href')
  const pages = {
    ...pagesOf(mock === undefined ? REAL_SHOWN : MOCK_SHOWN),
    ...(signal === null ? {} : { signal }),
  }
  await session.close()
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        viewport,
        colorScheme,
        storageState,
        reducedMotion: 'reduce',
      })
      for (const [name, path] of Object.entries(pages)) {
        if (chosen !== undefined && !chosen.includes(name)) continue
        const page = await context.newPage()
        await openPage(page, `${base}${path}`)
        await page.screenshot({ path: join(values.out, `${name}-${size}-${colorScheme}.png`) })
        await page.close()
      }
      await context.close()
    }
  }
} finally {
  await browser.close()
  await mock?.close()
}
