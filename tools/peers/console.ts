/** The console in real Chromium, driven by Playwright. */
import { listFiles } from '../files.ts'
import { type PeerGroup, peer, runTestFiles } from './group.ts'

const isBrowserTest = (path: string): boolean => /^apps\/console\/test\/.*\.e2e\.ts$/.test(path)

export const consoleInChromium: PeerGroup = {
  name: 'console',
  what: 'the web console in Chromium',
  run: async () => {
    const chromium = await peer('chromium', 'install')
    return runTestFiles(listFiles(isBrowserTest), { RAMPART_CHROMIUM: chromium }, 1)
  },
}
