/** The console in real Chromium, driven by Playwright: every corner against the mock, the main ways against a real server. */
import { startControlPlane } from '../control-plane.ts'
import { listFiles } from '../files.ts'
import { add, type PeerGroup, peer, runTestFiles, type Tally } from './group.ts'

const isBrowserTest = (path: string): boolean => /^apps\/console\/test\/.*\.e2e\.ts$/.test(path)
const isOfServer = (path: string): boolean => path.endsWith('/server.e2e.ts')

const againstServer = async (files: readonly string[], env: NodeJS.ProcessEnv): Promise<Tally> => {
  const server = await startControlPlane()
  try {
    return await runTestFiles(files, { ...server.env, ...env, RAMPART_LOGIN_URL: server.loginUrl }, 1)
  } finally {
    await server.stop()
  }
}

export const consoleInChromium: PeerGroup = {
  name: 'console',
  what: 'the web console in Chromium, against its mock and against a real server',
  run: async () => {
    const env = { RAMPART_CHROMIUM: await peer('chromium', 'install') }
    const files = listFiles(isBrowserTest)
    const mock = await runTestFiles(
      files.filter((path) => !isOfServer(path)),
      env,
      1,
    )
    return add(mock, await againstServer(files.filter(isOfServer), env))
  },
}
