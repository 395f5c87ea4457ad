/** The server under NVIDIA's Python client of the Open Inference Protocol: the examples as they run, then every corner. */
import { join } from 'node:path'
import { startControlPlane } from '../control-plane.ts'
import { root } from '../files.ts'
import { add, execute, type PeerGroup, peer, type Tally } from './group.ts'
import { startOipModels } from './oip-models.ts'

const runScript = async (python: string, script: string, args: readonly string[]): Promise<Tally> => {
  const { stdout } = await execute(python, [join(root, 'peers', script), ...args])
  const last = /(\d+) passed, (\d+) failed\s*$/.exec(stdout)
  if (last === null) throw new Error('the client did not come to an end')
  return { passed: Number(last[1]), failed: Number(last[2]) }
}

const examples = async (python: string): Promise<Tally> => {
  const server = await startControlPlane()
  try {
    const address = new URL(server.url).host
    const args = [address, server.grpcAddress, join(root, 'examples'), join(server.home, 'token')]
    return await runScript(python, 'oip-client.py', args)
  } finally {
    await server.stop()
  }
}

const corners = async (python: string): Promise<Tally> => {
  const models = await startOipModels()
  try {
    const tally = await runScript(python, 'oip-protocol.py', [models.http, models.grpc])
    const late = models.late('slow')
    process.stdout.write(`${late >= 2 ? '✔' : '✖'} the server saw deadline and cancellation (${late} late)\n`)
    return add(tally, late >= 2 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 })
  } finally {
    await models.stop()
  }
}

export const oipClient: PeerGroup = {
  name: 'oip-client',
  what: 'inference under the Python client of the Open Inference Protocol, over HTTP and gRPC',
  run: async () => {
    const python = await peer('oip-client', 'install')
    return add(await examples(python), await corners(python))
  },
}
