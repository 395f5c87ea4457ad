/** `npm run mock-api -w @rampart/console -- [--port 7170] [--dist] [--empty] [--live]`: the mock as a process. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startMockApi } from './server.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '7170' },
    dist: { type: 'boolean', default: false },
    empty: { type: 'boolean', default: false },
    live: { type: 'boolean', default: false },
  },
})

const mock = await startMockApi({
  port: Number(values.port),
  empty: values.empty,
  ...(values.dist ? { distDir: fileURLToPath(new URL('../dist', import.meta.url)) } : {}),
})
process.stderr.write(`mock API on ${mock.url}, sign in with ${mock.loginUrl()}\n`)
if (values.live) {
  let raised = 0
  setInterval(() => {
    raised += 1
    mock.raiseSignal(
      `Feature amount of card-fraud:1.2.0 moved again (${raised})`,
      raised % 4 === 0 ? 'high' : 'low',
    )
  }, 6000)
}
